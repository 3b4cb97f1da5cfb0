// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What states of timers that fire are made of: arms them in good time before each iteration, and
 * waits until they have fired.
 */
abstract class Armed {
  private static final long MARGIN = 20_000_000;

  private final AtomicLong fired = new AtomicLong();
  private Timers timers;
  private long window;
  private long expected;
  private long lead;
  long[] deadlines;

  /** Timers that do this, spread over so many nanoseconds. */
  final void begin(String contender, Runnable[] bodies, long window) {
    this.timers = Timers.of(contender, false);
    this.deadlines = new long[bodies.length];
    this.window = window;
    this.lead = MARGIN + bodies.length * 1_000L;
    timers.make(bodies);
  }

  /** The deadlines are spread evenly; whoever starts them does so in no order. */
  @Setup(Level.Iteration)
  public void arm() {
    long begin = System.nanoTime();
    long first = begin + lead;
    int count = deadlines.length;
    for (int i = 0; i < count; i++) {
      long turn = (i * 7919L) % count;
      deadlines[i] = first + (long) ((double) window * turn / count);
    }
    timers.arm(deadlines);
    long took = System.nanoTime() - begin;
    if (took > lead) { // too late: these count for nothing
      awaitFired();
      lead = took * 2;
      arm();
      return;
    }
    lead = took + took / 2 + MARGIN;
    while (first - System.nanoTime() > 2_000_000) {
      LockSupport.parkNanos(first - System.nanoTime() - 2_000_000);
    }
    while (first - System.nanoTime() > 0) {
      Thread.onSpinWait();
    }
  }

  final void oneFired() {
    fired.lazySet(fired.get() + 1); // one at a time
  }

  final void awaitFired() {
    expected += deadlines.length;
    while (fired.get() < expected) {
      timers.poll();
    }
  }

  /** Closes. */
  @TearDown
  public void close() {
    timers.close();
  }
}
