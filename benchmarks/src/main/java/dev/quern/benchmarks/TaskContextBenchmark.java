// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Action;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import java.util.concurrent.TimeUnit;
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

/** A context: uncontended with one thread, contended with {@code -t 2}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class TaskContextBenchmark {
  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  private Quern quern;
  private TaskContext context;
  private Task task;
  private Action action;
  private long runs;

  /** A task and an action that count. */
  @Setup
  public void open() {
    quern = Bench.open(contender);
    context = quern.newTaskContext("context");
    action = () -> runs++;
    task = context.newTask("task", action);
  }

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** A task made once. */
  @Benchmark
  public Submission taskDispatch() {
    return task.dispatch();
  }

  /** An action, a new task each time. */
  @Benchmark
  public void actionDispatch() {
    context.dispatch(action);
  }

  /** A task that has nothing pending. */
  @Benchmark
  public Object cancel() {
    return task.cancel();
  }
}
