// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Job;
import dev.quern.PoolViewSpec;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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

/** Small jobs on a pool: what it costs until each has run. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 15)
@Measurement(iterations = 10)
public class ThreadPoolBenchmark {
  /** How many jobs there are, so as many are in flight at most. */
  private static final int JOBS = 256;

  /** How often each is submitted in one shot. */
  private static final int ROUNDS = 1024;

  private static final int RUNS = JOBS * ROUNDS;

  /** What one job does: counts its runs, for the one who waits for them. */
  private static final class Count implements Runnable {
    private static final VarHandle RUNS;

    static {
      try {
        RUNS = MethodHandles.lookup().findVarHandle(Count.class, "runs", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private long runs;

    @Override
    public void run() {
      RUNS.setRelease(this, runs + 1);
    }

    void await(long run) {
      for (int looks = 0; (long) RUNS.getAcquire(this) < run; looks++) {
        if (looks < 100) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    }
  }

  /** A job that submits itself until it has run so often. */
  private static final class Again implements Runnable {
    PoolContender.@Nullable Submit self;
    private @Nullable CountDownLatch over;
    private int left;

    void begin(int runs, CountDownLatch latch) {
      left = runs;
      over = latch;
      submit();
    }

    private void submit() {
      PoolContender.Submit submit = self;
      if (submit != null) {
        submit.submit();
      }
    }

    @Override
    public void run() {
      CountDownLatch latch = over;
      if (--left > 0) {
        submit();
      } else if (latch != null) {
        latch.countDown();
      }
    }
  }

  /** A pool and its jobs. */
  @State(Scope.Benchmark)
  public static class Pool {
    /** What is measured. */
    @Param({"lockfree", "locked", "tpe", "fjp", "fjp-async", "eqe", "virtual"})
    public String contender;

    /** Virtual threads come on as many carriers as there are processors. */
    @Param("2")
    public int workers;

    private PoolContender pool;
    private final Count[] counts = new Count[JOBS];
    private final PoolContender.Submit[] jobs = new PoolContender.Submit[JOBS];
    private final Again[] agains = new Again[JOBS];
    private long round;

    /** Makes all that is used again. */
    @Setup
    public void open() {
      pool = PoolContender.of(contender, workers);
      for (int i = 0; i < JOBS; i++) {
        counts[i] = new Count();
        jobs[i] = pool.job("job " + i, counts[i]);
        agains[i] = new Again();
        agains[i].self = pool.job("again " + i, agains[i]);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      pool.close();
    }
  }

  /** One thread from outside submits each job as soon as it has run; until all have run. */
  @Benchmark
  @OperationsPerInvocation(RUNS)
  public void external(Pool pool) {
    for (int round = 0; round < ROUNDS; round++) {
      long before = pool.round++;
      for (int i = 0; i < JOBS; i++) {
        pool.counts[i].await(before);
        pool.jobs[i].submit();
      }
    }
    for (Count count : pool.counts) {
      count.await(pool.round);
    }
  }

  /** Each job submits itself, from inside; until all have run. */
  @Benchmark
  @OperationsPerInvocation(RUNS)
  public void selfRequeue(Pool pool) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(JOBS);
    for (Again again : pool.agains) {
      again.begin(ROUNDS, over);
    }
    over.await();
  }

  /** A pool that idles. */
  @State(Scope.Benchmark)
  public static class Idle {
    /** What is measured. */
    @Param({"lockfree", "locked", "tpe", "fjp", "fjp-async", "eqe", "virtual"})
    public String contender;

    private PoolContender pool;
    private PoolContender.Submit job;
    private volatile @Nullable Thread ran;

    /** One worker. */
    @Setup
    public void open() {
      pool = PoolContender.of(contender, 1);
      job = pool.job("job", () -> ran = Thread.currentThread());
    }

    /** Until the worker is parked, which the scheduler has still to carry out. */
    @Setup(Level.Invocation)
    public void idle() {
      Thread worker = ran;
      ran = null;
      while (worker != null && worker.isAlive() && worker.getState() == Thread.State.RUNNABLE) {
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(50_000);
    }

    /** Closes. */
    @TearDown
    public void close() {
      pool.close();
    }
  }

  /** Submit to an idle pool until the job runs. */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  @Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
  @Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
  public void wake(Idle idle) {
    idle.job.submit();
    while (idle.ran == null) {
      Thread.onSpinWait();
    }
  }

  /** One worker, so that the jobs run one after the other and count plainly. */
  @State(Scope.Benchmark)
  public static class Ours {
    /** What is measured. */
    @Param({"lockfree", "locked"})
    public String contender;

    private Quern quern;
    private Job[] jobs;
    private Job[] viewed;
    private final AtomicLong runs = new AtomicLong();
    private long submitted;

    /** The pool and a view of it. */
    @Setup
    public void open() {
      quern = Bench.open(contender);
      var pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
      var view = pool.newView(PoolViewSpec.named("view").maxActive(1));
      jobs = jobs(pool);
      viewed = jobs(view);
    }

    private Job[] jobs(ThreadPool pool) {
      Job[] made = new Job[JOBS];
      for (int i = 0; i < JOBS; i++) {
        made[i] = pool.newJob("job " + i, () -> runs.lazySet(runs.get() + 1));
      }
      return made;
    }

    private long submitToRun(Job[] each) {
      for (Job job : each) {
        if (job.submit() == Submission.QUEUED) {
          submitted++;
        }
      }
      while (runs.get() < submitted) {
        Thread.onSpinWait();
      }
      return submitted;
    }

    /** Closes. */
    @TearDown
    public void close() {
      quern.close();
    }
  }

  /** Each job once, until the last has run, on one worker. The figures are for one job. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 3, time = 1)
  @OperationsPerInvocation(JOBS)
  public long submitToRun(Ours ours) {
    return ours.submitToRun(ours.jobs);
  }

  /** The same through a limited view of the pool. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 3, time = 1)
  @OperationsPerInvocation(JOBS)
  public long submitToRunInView(Ours ours) {
    return ours.submitToRun(ours.viewed);
  }
}
