// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A queue, on one thread: what an item costs that nobody contends for. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class QueueBenchmark {
  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  private Quern quern;
  private Queue<Object> bounded;
  private Queue<Object> unbounded;
  private final Object item = new Object();

  /** A bounded queue and an unbounded one. */
  @Setup
  public void open() {
    quern = Bench.open(contender);
    bounded = quern.newQueue(QueueSpec.bounded("bounded", 1024));
    unbounded = quern.newQueue(QueueSpec.unbounded("unbounded"));
  }

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** One item in and out of a bounded queue. */
  @Benchmark
  public @Nullable Object boundedOfferPoll() {
    bounded.offer(item);
    return bounded.poll();
  }

  /** One item in and out of an unbounded queue. */
  @Benchmark
  public @Nullable Object unboundedOfferPoll() {
    unbounded.offer(item);
    return unbounded.poll();
  }
}
