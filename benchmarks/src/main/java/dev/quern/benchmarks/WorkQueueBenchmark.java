// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Cancellation;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
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

/** Works that are made once: queued, and armed as timers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class WorkQueueBenchmark {
  private static final int WORKS = 256;
  private static final Duration FAR = Duration.ofHours(1);

  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  private Quern quern;
  private Work[] works;
  private Work[] pooled;
  private Work timer;
  private final AtomicLong runs = new AtomicLong();
  private long submitted;

  /** One item at a time, so that they count plainly. */
  @Setup
  public void open() {
    quern = Bench.open(contender);
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named("queue").maxActive(1));
    quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    works = works(queue);
    pooled = works(quern.newWorkQueue(WorkQueueSpec.named("pooled").maxActive(1).pool("pool")));
    timer = queue.newWork("timer", () -> {});
  }

  private Work[] works(WorkQueue queue) {
    Work[] made = new Work[WORKS];
    for (int i = 0; i < WORKS; i++) {
      made[i] = queue.newWork("work " + i, () -> runs.lazySet(runs.get() + 1));
    }
    return made;
  }

  /** Closes. */
  @TearDown
  public void close() {
    timer.cancel();
    quern.close();
  }

  /** Each work once, until the last has run. The figures are for one work. */
  @Benchmark
  @OperationsPerInvocation(WORKS)
  public long submitToRun() {
    return submitToRun(works);
  }

  /** The same on the workers of a shared pool. */
  @Benchmark
  @OperationsPerInvocation(WORKS)
  public long submitToRunOnSharedPool() {
    return submitToRun(pooled);
  }

  private long submitToRun(Work[] each) {
    for (Work work : each) {
      if (work.submit() == Submission.QUEUED) {
        submitted++;
      }
    }
    while (runs.get() < submitted) {
      Thread.onSpinWait();
    }
    return submitted;
  }

  /** A timer that is started and stopped. */
  @Benchmark
  public Cancellation scheduleCancel() {
    timer.schedule(FAR);
    return timer.cancel();
  }

  /** A timer that is pushed out again and again. */
  @Benchmark
  public Submission reschedule() {
    return timer.reschedule(FAR);
  }
}
