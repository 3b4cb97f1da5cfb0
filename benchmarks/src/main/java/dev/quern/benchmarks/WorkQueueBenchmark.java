// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Cancellation;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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

/** Works that are made once: queued, and armed as timers. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class WorkQueueBenchmark {
  private static final int SUBMISSIONS = 200_000;
  private static final int STORM = 200_000;
  private static final int FIRED = 1_000_000;
  private static final long FIRED_WITHIN = 16_000_000;

  // ---- Starting and stopping timers

  /** Timers, with some outstanding all the time. */
  @State(Scope.Benchmark)
  public static class Started {
    /** What is measured. */
    @Param({"lockfree", "locked", "stpe", "netty-1", "netty-100", "agrona", "eqe"})
    public String contender;

    /** Far ones that do not fire. */
    @Param({"10", "10000", "1000000"})
    public int outstanding;

    Timers timers;
    long at;

    /** Makes them. */
    @Setup
    public void open() {
      timers = Timers.of(contender, true);
      timers.hold(outstanding);
    }

    /** The time that the first of an iteration is started for. */
    @Setup(Level.Iteration)
    public void look() {
      at = System.nanoTime() + Timers.FAR_NANOS;
    }

    /** Closes. */
    @TearDown
    public void close() {
      timers.close();
    }
  }

  /** A timer that is started and stopped; the same one again, where that can be. */
  @Benchmark
  public Object scheduleCancel(Started state) {
    return state.timers.scheduleCancel();
  }

  /** The same, told the time and not the delay, where that can be. */
  @Benchmark
  public Object scheduleAtCancel(Started state) {
    return state.timers.scheduleAtCancel(state.at++);
  }

  /** Thousands of timers, each started and stopped in its turn. */
  @Benchmark
  public Object scheduleCancelSpread(Started state) {
    return state.timers.scheduleCancelSpread();
  }

  /** The same, told the time and not the delay, where that can be. */
  @Benchmark
  public Object scheduleAtCancelSpread(Started state) {
    return state.timers.scheduleAtCancelSpread(state.at++);
  }

  /** One of our works. */
  @State(Scope.Benchmark)
  public static class One {
    private static final Duration FAR = Duration.ofHours(1);

    /** What is measured. */
    @Param({"lockfree", "locked"})
    public String contender;

    private Quern quern;
    private Work timer;
    private Work endless;
    private volatile boolean running;

    /** Makes it. */
    @Setup
    public void open() {
      quern = Bench.open(contender);
      WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named("queue").maxActive(1));
      timer = queue.newWork("timer", () -> {});
      endless = queue.newWork("long", this::runUntilCancelled);
    }

    private void runUntilCancelled(Work self) {
      running = true;
      while (!self.isCancelling()) {
        Thread.onSpinWait();
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      timer.cancel();
      quern.close();
    }
  }

  /** A timer that is pushed out again and again. */
  @Benchmark
  public Submission reschedule(One state) {
    return state.timer.reschedule(One.FAR);
  }

  /** A run that has begun, and goes on until it is being cancelled; and the wait for its end. */
  @Benchmark
  public Cancellation cancelAndWait(One state) throws InterruptedException {
    state.running = false;
    state.endless.submit();
    while (!state.running) {
      Thread.onSpinWait();
    }
    return state.endless.cancelAndWait();
  }

  // ---- Timers that fire

  /** A million timers that fire at nearly one time. */
  @State(Scope.Benchmark)
  public static class Fired extends Armed {
    /** What is measured; all but ours take only delays, netty-1 has ticks of 1 ms. */
    @Param({"lockfree", "locked", "stpe", "netty-1", "agrona", "eqe"})
    public String contender;

    /** Makes what they do. */
    @Setup
    public void open() {
      Runnable[] bodies = new Runnable[FIRED];
      Arrays.fill(bodies, (Runnable) this::oneFired);
      begin(contender, bodies, FIRED_WITHIN);
    }
  }

  /** A million timers, from when the first is due until the last has run. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(FIRED)
  @Warmup(iterations = 8)
  @Measurement(iterations = 5)
  public void fire(Fired state) {
    state.awaitFired();
  }

  /** Timers that fire one after the other: 500 a millisecond, or fewer. */
  @State(Scope.Benchmark)
  public static class Late extends Armed {
    private static final long SHORTEST = 500_000_000;
    private static final long APART = 2_000;

    /** What is measured. */
    @Param({"lockfree", "locked", "stpe", "netty-1", "netty-100", "agrona", "eqe"})
    public String contender;

    /** How many. */
    @Param({"1000", "100000", "1000000"})
    public int timers;

    private long[] late;

    /** Makes what they do. */
    @Setup
    public void open() {
      late = new long[timers];
      Runnable[] bodies = new Runnable[timers];
      for (int i = 0; i < timers; i++) {
        int number = i;
        bodies[i] =
            () -> {
              late[number] = System.nanoTime() - deadlines[number];
              oneFired();
            };
      }
      begin(contender, bodies, Math.max(SHORTEST, timers * APART));
    }
  }

  /** See the secondary results; the time itself says how far the timers are apart. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @Warmup(iterations = 2)
  @Measurement(iterations = 3)
  public void lateness(Late state, Lateness lateness) {
    state.awaitFired();
    lateness.of(state.late);
  }

  // ---- Queueing

  /** One body that counts, and is run often. */
  abstract static class Counted {
    private final AtomicLong runs = new AtomicLong();
    private long submitted;
    Runs contenders;

    void count() {
      runs.lazySet(runs.get() + 1); // one at a time
    }

    /** Closes. */
    @TearDown
    public void close() {
      contenders.close();
    }

    /** So many, one after the other, until the last has run; each again as soon as it has run. */
    final void submitToRun(int count) {
      long seen = runs.get();
      for (int i = 0; i < count; i++) {
        while (submitted - seen >= Runs.MOST) {
          seen = runs.get();
          if (submitted - seen >= Runs.MOST) {
            Thread.onSpinWait();
          }
        }
        contenders.submit((int) submitted++);
      }
      awaitRuns();
    }

    final void awaitRuns() {
      while (runs.get() < submitted) {
        Thread.onSpinWait();
      }
    }
  }

  /** Workers of its own. */
  @State(Scope.Benchmark)
  public static class Submitted extends Counted {
    /** What is measured. */
    @Param({"lockfree", "locked", "lockfree-pool", "locked-pool", "tpe", "eqe"})
    public String contender;

    /** Makes it. */
    @Setup
    public void open() {
      contenders = Runs.of(contender, this::count);
    }
  }

  /** The workers of a shared pool. */
  @State(Scope.Benchmark)
  public static class SubmittedToShared extends Counted {
    /** What is measured. */
    @Param({"lockfree", "locked"})
    public String contender;

    /** Makes it. */
    @Setup
    public void open() {
      contenders =
          Runs.works(
              contender, this::count, WorkQueueSpec.named("pooled").maxActive(1).pool("pool"));
    }
  }

  /** From one thread to one worker, until the last has run. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(SUBMISSIONS)
  @Warmup(iterations = 15)
  @Measurement(iterations = 10)
  public void submitToRun(Submitted state) {
    state.submitToRun(SUBMISSIONS);
  }

  /** The same on the workers of a shared pool. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(SUBMISSIONS)
  @Warmup(iterations = 15)
  @Measurement(iterations = 10)
  public void submitToRunOnSharedPool(SubmittedToShared state) {
    state.submitToRun(SUBMISSIONS);
  }

  /** One item, and a wait for its run each time. */
  @State(Scope.Benchmark)
  public static class Flushed {
    /** What is measured; of an executor the wait is for a future. */
    @Param({"lockfree", "locked", "tpe", "eqe"})
    public String contender;

    private Waited waited;

    /** Makes it. */
    @Setup
    public void open() {
      waited = Waited.of(contender);
    }

    /** Closes. */
    @TearDown
    public void close() {
      waited.close();
    }
  }

  /** Submits, and waits for that run. */
  @Benchmark
  public void flush(Flushed state) throws Exception {
    state.waited.submitAndWait();
  }

  /** One item that many threads submit. */
  @State(Scope.Benchmark)
  public static class Stormed {
    /** What is measured; tpe-flag: by hand, a flag in front of an executor. */
    @Param({"lockfree", "locked", "tpe-flag"})
    public String contender;

    /** How many. */
    @Param({"1", "4", "16"})
    public int threads;

    private final AtomicBoolean flag = new AtomicBoolean();
    private final AtomicLong runs = new AtomicLong();
    private Crew crew;
    private Runs contenders;

    /** Makes it. */
    @Setup
    public void open() {
      crew = new Crew(threads);
      Runnable counts = () -> runs.lazySet(runs.get() + 1);
      contenders =
          contender.equals("tpe-flag")
              ? Runs.tpe(
                  () -> {
                    flag.set(false);
                    counts.run();
                  })
              : Runs.of(contender, counts);
    }

    /** Closes. */
    @TearDown
    public void close() {
      crew.close();
      contenders.close();
    }

    private void submit() {
      if (!contender.equals("tpe-flag") || flag.compareAndSet(false, true)) {
        contenders.submit(0);
      }
    }
  }

  /** Many threads submit one item again and again; it runs once more for those that coalesce. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(STORM)
  @Warmup(iterations = 15)
  @Measurement(iterations = 10)
  public long requeueStorm(Stormed state) {
    int each = STORM / state.threads;
    state.crew.begin(
        number -> {
          for (int i = 0; i < each; i++) {
            state.submit();
          }
        });
    state.crew.await();
    return state.runs.get();
  }
}
