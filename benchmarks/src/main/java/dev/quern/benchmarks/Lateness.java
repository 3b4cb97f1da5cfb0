// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How much later than asked for timers ran, in nanoseconds; and how many ran before. */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class Lateness {
  /** Half were no later than this. */
  public long p50;

  /** All but a hundredth. */
  public long p99;

  /** All but a thousandth. */
  public long p999;

  /** None was later. */
  public long max;

  /** That ran before the time that was asked for. */
  public long early;

  void of(long[] late) {
    Histogram histogram = new Histogram(3_600_000_000_000L, 3);
    early = 0;
    for (long each : late) {
      histogram.recordValue(Math.max(0, each));
      early += each < 0 ? 1 : 0;
    }
    p50 = histogram.getValueAtPercentile(50);
    p99 = histogram.getValueAtPercentile(99);
    p999 = histogram.getValueAtPercentile(99.9);
    max = histogram.getMaxValue();
  }
}
