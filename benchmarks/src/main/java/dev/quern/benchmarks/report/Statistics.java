// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.Arrays;
import java.util.Collection;

/** Median and percentiles over a handful of figures. */
final class Statistics {
  private Statistics() {}

  /** The one in the middle, or the mean of the two there; NaN of none. */
  static double median(Collection<Double> figures) {
    return percentile(figures, 50);
  }

  /**
   * Between the two nearest in rank, in proportion; so the 10th percentile of five forks lies a
   * little above their smallest. NaN of none.
   */
  static double percentile(Collection<Double> figures, double percent) {
    double[] sorted =
        figures.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    Arrays.sort(sorted);
    double rank = percent / 100 * (sorted.length - 1);
    int below = (int) Math.floor(rank);
    int above = (int) Math.ceil(rank);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
