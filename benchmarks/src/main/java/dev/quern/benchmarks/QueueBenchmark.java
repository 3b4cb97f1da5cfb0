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
  public static class Streams {
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

    private QueueContender queue;
    private Crew crew;
    private Stream stream;

    /** A fork's one queue. */
    @Setup
    public void open() {
      queue = QueueContenders.make(contender, Stream.IN_FLIGHT, false);
      crew = new Crew(producers);
      stream = new Stream(PARCELS, false);
    }

    /** Ages it. */
    @Setup(Level.Iteration)
    public void age() {
      System.gc();
      stream.reset();
    }

    /** Closes. */
    @TearDown
    public void close() {
      crew.close();
      queue.close();
    }
  }

  /** Producers that wait for room in put, since the consumer is slower. */
  @State(Scope.Benchmark)
  public static class Full {
    /** What is measured: what has a bound. */
    @Param({"lockfree", "locked", "jctools-array-drain", "agrona", "abq", "disruptor-blocking"})
    public String contender;

    /** How many produce. */
    @Param({"1", "2"})
    public int producers;

    private QueueContender queue;
    private Crew crew;
    private Stream stream;

    /** A fork's one queue. */
    @Setup
    public void open() {
      queue = QueueContenders.make(contender, SMALL, true);
      crew = new Crew(producers);
      stream = new Stream(FEW, 100);
    }

    /** Ages it. */
    @Setup(Level.Iteration)
    public void age() {
      System.gc();
      stream.reset();
    }

    /** Closes. */
    @TearDown
    public void close() {
      crew.close();
      queue.close();
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

  /** Parcels one by one, until the consumer has had the last. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long offer(Streams streams) {
    QueueContender queue = streams.queue;
    Stream stream = streams.stream;
    streams.crew.begin(number -> stream.produce(queue::offer));
    queue.consume(stream);
    streams.crew.await();
    return stream.awaitOver();
  }

  /** Parcels in groups of sixteen. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long offerAll(Streams streams) {
    QueueContender queue = streams.queue;
    Stream stream = streams.stream;
    streams.crew.begin(number -> stream.produceGroups(queue::offerAll));
    queue.consume(stream);
    streams.crew.await();
    return stream.awaitOver();
  }

  /** A consumer that has something to do with each parcel, and producers that wait for room. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public long full(Full full) {
    QueueContender queue = full.queue;
    Stream stream = full.stream;
    full.crew.begin(number -> stream.producePatiently(queue::put));
    queue.consume(stream);
    full.crew.await();
    return stream.awaitOver();
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
