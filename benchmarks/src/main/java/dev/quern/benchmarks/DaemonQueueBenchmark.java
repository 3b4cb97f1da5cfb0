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
  private static final int CAPACITY = 1024;

  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  private Quern quern;
  private DaemonQueue<Object> queue;
  private final AtomicLong handled = new AtomicLong();
  private final Object item = new Object();
  private long put;

  /** A queue whose handler counts. */
  @Setup
  public void open() {
    quern = Bench.open(contender);
    queue =
        quern.newDaemonQueue(
            DaemonQueueSpec.bounded("bounded", CAPACITY),
            taken -> handled.lazySet(handled.get() + 1));
  }

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** As many as there is room for, until the handler has seen the last. For one item. */
  @Benchmark
  @OperationsPerInvocation(CAPACITY)
  public long offerToHandler() {
    put += CAPACITY;
    for (int i = 0; i < CAPACITY; i++) {
      if (!queue.offer(item)) {
        throw new AssertionError("no room, though all was handled");
      }
    }
    return awaitHandled();
  }

  /** More than there is room for: the producer waits. For one item. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public long putToHandler() throws InterruptedException {
    put += ITEMS;
    for (int i = 0; i < ITEMS; i++) {
      queue.put(item);
    }
    return awaitHandled();
  }

  private long awaitHandled() {
    while (handled.get() < put) {
      Thread.onSpinWait();
    }
    return put;
  }
}
