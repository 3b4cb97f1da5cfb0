// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.examples.indexer.Progress.Totals;
import dev.quern.examples.indexer.Skip.Reason;
import java.io.PrintWriter;
import java.util.Locale;

/** What is printed at the end. */
final class Summary {
  private static final int LISTED = 10;

  private Summary() {}

  static void print(PrintWriter out, Totals totals, long begunNanos, boolean listAll) {
    double seconds = Math.max(1e-3, (System.nanoTime() - begunNanos) / 1e9);
    totals.skips().stream()
        .limit(listAll ? Long.MAX_VALUE : LISTED)
        .forEach(skip -> out.println("skipped " + skip));
    long all = totals.skippedFiles() + totals.directories();
    long unlisted = all - (listAll ? totals.skips().size() : LISTED);
    if (unlisted > 0) {
      out.println("skipped " + unlisted + " more" + (listAll ? "" : " (--list shows them)"));
    }
    out.printf(
        Locale.ROOT,
        "%d files: %d indexed, %d unchanged, %d skipped%s; %d removed from the index%n",
        totals.found(),
        totals.indexed(),
        totals.unchanged(),
        totals.skippedFiles(),
        reasons(totals),
        totals.removed());
    if (totals.directories() > 0) {
      out.println(
          totals.directories()
              + " directories could not be read; what the index had of them stays");
    }
    long left = totals.found() - totals.indexed() - totals.unchanged() - totals.skippedFiles();
    if (left > 0) {
      out.println("not done: " + left + " files were found and not indexed; run again to go on");
    }
    out.printf(
        Locale.ROOT,
        "%d bytes in %.1f s: %.0f files/s, %.1f MB/s%n",
        totals.bytes(),
        seconds,
        (totals.indexed() + totals.unchanged() + totals.skippedFiles()) / seconds,
        totals.bytes() / 1e6 / seconds);
    out.flush();
  }

  private static String reasons(Totals totals) {
    StringBuilder text = new StringBuilder();
    for (Reason reason : Reason.values()) {
      long count = totals.skipped().getOrDefault(reason, 0L);
      if (count > 0 && reason != Reason.DIRECTORY) {
        text.append(text.isEmpty() ? " (" : ", ").append(count).append(' ').append(reason.label);
      }
    }
    return text.isEmpty() ? "" : text.append(')').toString();
  }
}
