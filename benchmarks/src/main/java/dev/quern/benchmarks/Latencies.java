// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long each parcel took from just before its offer to the begin of its handling, one at a time:
 * the next is sent when the last has come. Secondary results p50, p90, p99 and p999, in
 * nanoseconds.
 */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class Latencies {
  private final Histogram histogram = new Histogram(3);
  private final Arrivals arrivals = new Arrivals();

  /** When the parcel came, by its handler. */
  private static final class Arrivals implements Consumer<Parcel> {
    private volatile long arrived;

    @Override
    public void accept(Parcel parcel) {
      arrived = System.nanoTime();
    }
  }

  /** What the parcels are to be handled by. */
  Consumer<Parcel> handler() {
    return arrivals;
  }

  /** Begins anew. */
  @Setup(Level.Iteration)
  public void reset() {
    histogram.reset();
  }

  /** Sends one and waits until it has come. */
  void sendOne(DaemonContender contender, Parcel parcel) {
    arrivals.arrived = 0;
    long begin = System.nanoTime();
    if (!contender.offer(parcel)) {
      throw new IllegalStateException("no room for one");
    }
    long end;
    do {
      end = arrivals.arrived;
    } while (end == 0);
    histogram.recordValue(Math.max(0, end - begin));
  }

  /** Waits without sleeping. */
  static void pass(long nanos) {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < nanos) {
      Thread.onSpinWait();
    }
  }

  /** The median. */
  public long p50() {
    return histogram.getValueAtPercentile(50);
  }

  /** One in ten took longer. */
  public long p90() {
    return histogram.getValueAtPercentile(90);
  }

  /** One in a hundred. */
  public long p99() {
    return histogram.getValueAtPercentile(99);
  }

  /** One in a thousand. */
  public long p999() {
    return histogram.getValueAtPercentile(99.9);
  }
}
