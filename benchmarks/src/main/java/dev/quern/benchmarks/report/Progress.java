// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Schedule.Turn;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Tells how far it is: a bar with the time left on a terminal, else a line now and then. */
final class Progress implements AutoCloseable {
  private static final Duration QUIET = Duration.ofSeconds(30);

  private final PrintStream out;
  private final @Nullable ProgressBar bar;
  private final long began = System.nanoTime();
  private long saidAt = began;
  private int done;

  Progress(PrintStream out, boolean terminal, int forks) {
    this.out = out;
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName("bench")
                .setInitialMax(forks)
                .setUnit(" forks", 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .build()
            : null;
  }

  /** This one runs now. */
  void say(Turn turn, int round) {
    if (bar != null) {
      bar.setExtraMessage(
          turn.contest().shape() + " " + turn.contender() + ", " + turn.jdk().name());
    }
  }

  /** One fork less to go. */
  void step(int forks) {
    done++;
    if (bar != null) {
      bar.step();
    } else if (System.nanoTime() - saidAt >= QUIET.toNanos() || done == forks) {
      saidAt = System.nanoTime();
      double perFork = (saidAt - began) / 1e9 / done;
      out.printf("%d of %d forks, about %s left%n", done, forks, time(perFork * (forks - done)));
    }
  }

  /** Others used the machine meanwhile. */
  void disturbed(Turn turn, double percent) {
    if (bar == null) {
      out.printf(
          "thrown away: %s %s, %s: others used %.0f %% of the machine%n",
          turn.contest().shape(), turn.contender(), turn.jdk().name(), percent);
    }
  }

  static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole < 120
        ? whole + " s"
        : whole < 7200
            ? Math.round(whole / 60.0) + " min"
            : String.format("%d h %d min", whole / 3600, whole % 3600 / 60);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
