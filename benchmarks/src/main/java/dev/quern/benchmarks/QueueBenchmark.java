// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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

/**
 * Queues, ours and the neighbours': streams of parcels from producers to one consumer, which is the
 * thread of the benchmark, and one thread alone. The figures are for one parcel. What is streamed
 * through is aged: it has lived through a full collection.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsPrepend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 15)
@Measurement(iterations = 10)
public class QueueBenchmark {
  private static final int PARCELS = 1 << 20;
  private static final int FEW = 1 << 18;
  private static final int SMALL = 256;

  /** Producers that are never out of room for long. */
  @State(Scope.Benchmark)
  public static class Streams extends Streamed<QueueContender> {
    /** What is measured. */
    @Param({
      "lockfree",
      "lockfree-unbounded",
      "locked",
      "locked-unbounded",
      "jctools-array-drain",
      "jctools-array-poll",
      "jctools-unbounded-drain",
      "jctools-linked-drain",
      "agrona",
      "clq",
      "abq",
      "disruptor-blocking",
      "disruptor-busy"
    })
    public String contender;

    /** How many produce. */
    @Param({"1", "2", "4"})
    public int producers;

    /** A fork's one queue. */
    @Setup
    public void open() {
      begin(
          QueueContenders.make(contender, Stream.IN_FLIGHT, false),
          producers,
          new Stream(PARCELS, false));
    }
  }

  /** Producers that wait for room in put, since the consumer is slower. */
  @State(Scope.Benchmark)
  public static class Full extends Streamed<QueueContender> {
    /** What is measured: what has a bound. */
    @Param({"lockfree", "locked", "jctools-array-drain", "agrona", "abq", "disruptor-blocking"})
    public String contender;

    /** How many produce. */
    @Param({"1", "2"})
    public int producers;

    /** A fork's one queue. */
    @Setup
    public void open() {
      begin(QueueContenders.make(contender, SMALL, true), producers, new Stream(FEW, 100));
    }
  }

  /** One thread. */
  @State(Scope.Benchmark)
  public static class Alone {
    /** What is measured: what has a poll. */
    @Param({
      "lockfree",
      "lockfree-unbounded",
      "locked",
      "locked-unbounded",
      "jctools-array-poll",
      "jctools-unbounded-drain",
      "jctools-linked-drain",
      "agrona",
      "clq",
      "abq"
    })
    public String contender;

    /** Whether it has lived through a full collection. */
    @Param({"false", "true"})
    public boolean aged;

    private QueueContender queue;
    private final Parcel parcel = Parcel.make(1, null)[0];

    /** A fork's one queue. */
    @Setup
    public void open() {
      queue = QueueContenders.make(contender, 1024, false);
    }

    /** Ages it if it is to be old. */
    @Setup(Level.Iteration)
    public void age() {
      if (aged) {
        System.gc();
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      queue.close();
    }
  }

  /** The crew produces, this thread consumes. */
  private static long consume(Streamed<QueueContender> streams, Crew.Part produce) {
    streams.crew.begin(produce);
    streams.queue.consume(streams.stream);
    streams.crew.await();
    return streams.stream.awaitOver();
  }

  /** Parcels one by one, until the consumer has had the last. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long offer(Streams streams) {
    return consume(streams, number -> streams.stream.produce(streams.queue::offer));
  }

  /** Parcels in groups of sixteen. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long offerAll(Streams streams) {
    return consume(streams, number -> streams.stream.produceGroups(streams.queue::offerAll));
  }

  /** A consumer that has something to do with each parcel, and producers that wait for room. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public long full(Full full) {
    return consume(full, number -> full.stream.producePatiently(full.queue::put));
  }

  /** One in and out. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
  @Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
  public @Nullable Object offerPoll(Alone alone) {
    alone.queue.offer(alone.parcel);
    return alone.queue.poll();
  }
}
