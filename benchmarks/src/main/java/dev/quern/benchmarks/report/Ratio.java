// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How many times as fast one is as another: the other's time by its own. Over 1, it is ahead. The
 * spread is over rounds, in each of which the two ran close together.
 */
record Ratio(double median, double p10, double p90) {
  /** Of the medians; with the 10th and 90th percentile of the rounds in which both have a fork. */
  static Ratio of(Score one, Score other) {
    List<Double> rounds = new ArrayList<>();
    for (Fork mine : one.forks()) {
      other.forks().stream()
          .filter(theirs -> mine.counts() && theirs.counts() && theirs.round() == mine.round())
          .forEach(theirs -> rounds.add(theirs.nanos() / mine.nanos()));
    }
    double median = other.median() / one.median();
    if (rounds.isEmpty()) {
      return new Ratio(median, median, median);
    }
    return new Ratio(
        median,
        Math.min(median, Statistics.percentile(rounds, 10)),
        Math.max(median, Statistics.percentile(rounds, 90)));
  }
}
