// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Job;
import dev.quern.PoolViewSpec;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
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

/** Jobs that are made once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ThreadPoolBenchmark {
  private static final int JOBS = 256;

  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  private Quern quern;
  private Job[] jobs;
  private Job[] viewed;
  private final AtomicLong runs = new AtomicLong();
  private long submitted;

  /** One worker, so that the jobs run one after the other and count plainly. */
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

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** Each job once, until the last has run. The figures are for one job. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public long submitToRun() {
    return submitToRun(jobs);
  }

  /** The same through a limited view of the pool. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public long submitToRunInView() {
    return submitToRun(viewed);
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
}
