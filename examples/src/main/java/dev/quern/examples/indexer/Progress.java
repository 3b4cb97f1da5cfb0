// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Quern;
import dev.quern.TaskContext;
import dev.quern.examples.indexer.Skip.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Counts, and draws the bar. A task context keeps it in one piece without a thread and without
 * making a reader wait.
 */
final class Progress implements AutoCloseable {
  private static final int SKIPS_KEPT = 10_000;

  /** What was counted, at one instant. */
  record Totals(
      long found,
      long indexed,
      long unchanged,
      long removed,
      long bytes,
      Map<Reason, Long> skipped,
      List<Skip> skips) {
    long skippedFiles() {
      return skipped.values().stream().mapToLong(Long::longValue).sum() - directories();
    }

    /** How many directories could not be read. */
    long directories() {
      return skipped.getOrDefault(Reason.DIRECTORY, 0L);
    }
  }

  private final TaskContext context;
  private @Nullable ProgressBar bar; // this and all below: inside the context only
  private long found;
  private long indexed;
  private long unchanged;
  private long removed;
  private long bytes;
  private final Map<Reason, Long> skipped = new EnumMap<>(Reason.class);
  private final List<Skip> skips = new ArrayList<>();

  Progress(Quern quern, boolean drawn) {
    context = quern.newTaskContext("progress");
    bar = drawn ? new ProgressBarBuilder().setTaskName("index").setUnit(" files", 1).build() : null;
  }

  void found() {
    context.dispatch(
        () -> {
          found++;
          if (bar != null) {
            bar.maxHint(found);
          }
        });
  }

  void indexed(long size) {
    context.dispatch(
        () -> {
          indexed++;
          bytes += size;
          step();
        });
  }

  void unchanged() {
    context.dispatch(
        () -> {
          unchanged++;
          step();
        });
  }

  void skipped(Skip skip) {
    context.dispatch(
        () -> {
          skipped.merge(skip.reason(), 1L, Long::sum);
          if (skips.size() < SKIPS_KEPT) {
            skips.add(skip);
          }
          if (skip.reason() != Reason.DIRECTORY) {
            step();
          }
        });
  }

  void removed(long files) {
    context.dispatch(() -> removed += files);
  }

  private void step() {
    if (bar != null) {
      bar.step();
    }
  }

  Totals totals() throws InterruptedException {
    return context.call(
        () ->
            new Totals(
                found,
                indexed,
                unchanged,
                removed,
                bytes,
                new EnumMap<>(skipped),
                List.copyOf(skips)));
  }

  /** Takes the bar away, so that lines can be printed. */
  void endBar() {
    context.dispatch(
        () -> {
          if (bar != null) {
            bar.close();
            bar = null;
          }
        });
  }

  @Override
  public void close() {
    endBar();
    context.close();
  }
}
