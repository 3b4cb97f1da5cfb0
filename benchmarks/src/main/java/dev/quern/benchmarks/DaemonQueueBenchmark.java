// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Quern;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A bounded daemon queue: from put to the handler, many items in flight. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class DaemonQueueBenchmark {
  private static final int ITEMS = 10_000;

  /** Which provider. */
  @Param({"lockfree", "locked"})
  public String provider;

  private Quern quern;
  private DaemonQueue<Object> queue;
  private final AtomicLong handled = new AtomicLong();
  private final Object item = new Object();
  private long put;

  /** A queue whose handler counts. */
  @Setup
  public void open() {
    quern = Bench.open(provider);
    queue =
        quern.newDaemonQueue(
            DaemonQueueSpec.bounded("bounded", 1024), taken -> handled.lazySet(handled.get() + 1));
  }

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** So many items, until the handler has seen the last. The figures are for one item. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public long putToHandler() throws InterruptedException {
    put += ITEMS;
    for (int i = 0; i < ITEMS; i++) {
      queue.put(item);
    }
    while (handled.get() < put) {
      Thread.onSpinWait();
    }
    return put;
  }
}
