// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One virtual machine that ran one contender in one shape.
 *
 * @param round counted from 1
 * @param nanos of an operation: the median of the fork's iterations; NaN if it failed
 * @param bytes allocated for an operation
 * @param cpuNanos processor time of an operation, all threads together
 * @param latencies nanoseconds by percentile, as in {@code p99}; empty where none is measured
 * @param foreignPercent of the machine that others used meanwhile; NaN if that cannot be seen
 * @param kept false if others used too much: then the fork counts for nothing
 * @param failure what went wrong, if anything
 */
record Fork(
    int round,
    double nanos,
    double bytes,
    double cpuNanos,
    Map<String, Double> latencies,
    double foreignPercent,
    boolean kept,
    @Nullable String failure) {

  static Fork failed(String failure) {
    return new Fork(0, Double.NaN, Double.NaN, Double.NaN, Map.of(), Double.NaN, true, failure);
  }

  boolean counts() {
    return kept && failure == null;
  }

  Fork in(int round, double foreignPercent, boolean kept) {
    return new Fork(round, nanos, bytes, cpuNanos, latencies, foreignPercent, kept, failure);
  }
}
