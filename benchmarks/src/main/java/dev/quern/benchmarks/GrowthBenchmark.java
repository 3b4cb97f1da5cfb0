// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
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
 * A fixed number of submissions, to one primitive or to a million in turn: how much an operation's
 * cost grows with how many there are. The order is scattered, so that no prefetching helps.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 12)
@Measurement(iterations = 8)
public class GrowthBenchmark {
  private static final int SUBMISSIONS = 200_000;
  private static final int PRIME = 7_368_787; // divides no count, so every one has its turn

  /** Contexts with a task each. */
  @State(Scope.Benchmark)
  public static class Contexts {
    /** What is measured. */
    @Param({"lockfree", "locked"})
    public String contender;

    /** How many there are. */
    @Param("1000")
    public int count;

    private Quern quern;
    private Task[] tasks;
    private long runs;
    private long next;

    /** Makes them. */
    @Setup
    public void open() {
      quern = Bench.open(contender);
      tasks = new Task[count];
      for (int i = 0; i < count; i++) {
        tasks[i] = quern.newTaskContext("context").newTask("task", () -> runs++);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      quern.close();
    }
  }

  /** Works of one queue, with one worker. */
  @State(Scope.Benchmark)
  public static class Works {
    /** What is measured. */
    @Param({"lockfree", "locked"})
    public String contender;

    /** How many there are. */
    @Param("1000")
    public int count;

    private Quern quern;
    private WorkQueue queue;
    private Work[] works;
    private long runs; // by the one worker
    private long next;

    /** Makes them. */
    @Setup
    public void open() {
      quern = Bench.open(contender);
      queue = quern.newWorkQueue(WorkQueueSpec.named("queue").maxActive(1));
      works = new Work[count];
      for (int i = 0; i < count; i++) {
        works[i] = queue.newWork("work", () -> runs++);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      quern.close();
    }
  }

  /** From one thread: none is ever contended. */
  @Benchmark
  @OperationsPerInvocation(SUBMISSIONS)
  public long contexts(Contexts state) {
    for (int i = 0; i < SUBMISSIONS; i++) {
      state.next = (state.next + PRIME) % state.count;
      state.tasks[(int) state.next].dispatch();
    }
    return state.runs;
  }

  /** Until all have run; with few works, a submission often finds its work queued already. */
  @Benchmark
  @OperationsPerInvocation(SUBMISSIONS)
  public long works(Works state) throws InterruptedException {
    long queued = 0;
    for (int i = 0; i < SUBMISSIONS; i++) {
      state.next = (state.next + PRIME) % state.count;
      queued += state.works[(int) state.next].submit() == Submission.QUEUED ? 1 : 0;
    }
    state.queue.flush();
    return queued;
  }
}
