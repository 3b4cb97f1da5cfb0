// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.TimeUnit;
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

/**
 * Daemon queues, and what else brings its own consumer: from the offer to the handler. The figures
 * of streams are for one parcel; those of {@link #shortGap} and {@link #wake} are their percentiles
 * ({@link Latencies}), their main figure holds the gaps, too.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 15)
@Measurement(iterations = 10)
public class DaemonQueueBenchmark {
  private static final int PARCELS = 1 << 19;
  private static final int GAPS = 2000;
  private static final int WAKES = 200;
  private static final long SLEEP = 100_000;

  /** Producers in a stream. */
  @State(Scope.Benchmark)
  public static class Streams extends Streamed<DaemonContender> {
    /** What is measured. */
    @Param({
      "lockfree",
      "lockfree-unbounded",
      "locked",
      "locked-unbounded",
      "tpe",
      "netty",
      "disruptor-blocking",
      "jctools-parked"
    })
    public String contender;

    /** How many produce; one of them is the thread of the benchmark. */
    @Param({"1", "2"})
    public int producers;

    /** A fork's one queue. */
    @Setup
    public void open() {
      begin(
          DaemonContenders.make(contender, Stream.IN_FLIGHT),
          producers - 1,
          new Stream(PARCELS, true));
    }
  }

  /** A queue that is a target's child, and that a grandchild. */
  @State(Scope.Benchmark)
  public static class Nested extends Streamed<DaemonContender> {
    /** What is measured: ours alone have it. */
    @Param({"lockfree", "locked"})
    public String contender;

    /** How many targets there are above the queue. */
    @Param({"1", "2", "3", "4"})
    public int depth;

    /** A fork's queues. */
    @Setup
    public void open() {
      begin(
          DaemonContenders.nested(contender, Stream.IN_FLIGHT, depth),
          0,
          new Stream(PARCELS, true));
    }
  }

  /** A queue that gets one parcel at a time, and the next when that has come. */
  abstract static class Awaited {
    DaemonContender queue;

    final void send(int times, long gapNanos, Latencies latencies) {
      Parcel parcel = Parcel.make(1, latencies.handler())[0];
      for (int i = 0; i < times; i++) {
        Latencies.pass(gapNanos);
        latencies.sendOne(queue, parcel);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      queue.close();
    }
  }

  /** One parcel at a time, some time apart. */
  @State(Scope.Benchmark)
  public static class Gaps extends Awaited {
    /** What is measured. */
    @Param({"lockfree", "locked", "tpe", "netty", "disruptor-blocking", "jctools-parked"})
    public String contender;

    /** From the handling of one to the next. */
    @Param({"1", "5", "20"})
    public int gapMicros;

    /** A fork's one queue. */
    @Setup
    public void open() {
      queue = DaemonContenders.make(contender, Stream.IN_FLIGHT);
    }
  }

  /** One parcel at a time, to who has fallen asleep. */
  @State(Scope.Benchmark)
  public static class Sleepers extends Awaited {
    /** What is measured. */
    @Param({"lockfree", "locked", "tpe", "netty", "disruptor-blocking", "jctools-parked", "unpark"})
    public String contender;

    /** A fork's one queue. */
    @Setup
    public void open() {
      queue = DaemonContenders.make(contender, Stream.IN_FLIGHT);
    }
  }

  /** Until the last has been handled. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long offerToHandler(Streams streams) {
    DaemonContender queue = streams.queue;
    Stream stream = streams.stream;
    streams.crew.begin(number -> stream.produce(queue::offer));
    stream.produce(queue::offer);
    streams.crew.await();
    return stream.awaitOver();
  }

  /** The same, where each drain is a turn in the drain of another. */
  @Benchmark
  @OperationsPerInvocation(PARCELS)
  public long nested(Nested nested) {
    nested.stream.produce(nested.queue::offer);
    return nested.stream.awaitOver();
  }

  /** How soon the handler has it, when the last one was handled a moment ago. */
  @Benchmark
  @OperationsPerInvocation(GAPS)
  public void shortGap(Gaps gaps, Latencies latencies) {
    gaps.send(GAPS, gaps.gapMicros * 1000L, latencies);
  }

  /** How soon a sleeping thread has it. */
  @Benchmark
  @OperationsPerInvocation(WAKES)
  public void wake(Sleepers sleepers, Latencies latencies) {
    sleepers.send(WAKES, SLEEP, latencies);
  }
}
