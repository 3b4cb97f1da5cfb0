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
import org.openjdk.jmh.annotations.CompilerControl;
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

/** Contexts, and what else runs one thing at a time. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 15)
@Measurement(iterations = 10)
public class TaskContextBenchmark {
  private static final int DISPATCHES = 2_000_000;
  private static final int CONTEXTS = 100_000;
  private static final int WAITS = 2_000;

  /** Guarded by the context, as every task's body is. */
  private static final class Counter {
    long runs;
  }

  /** One context, and threads that have a task of it each. */
  @State(Scope.Benchmark)
  public static class One {
    /** What is measured. */
    @Param({
      "lockfree",
      "locked",
      "synchronized",
      "reentrantlock",
      "guava",
      "guava-pool",
      "single-thread"
    })
    public String contender;

    /** How many threads dispatch. */
    @Param({"1", "2", "4"})
    public int threads;

    private ContextContender.Maker maker;
    private ContextContender context;
    private Crew crew;
    private final Counter counter = new Counter();
    private ContextContender.Dispatch[] tasks;

    /** Makes all that is used again. */
    @Setup
    public void open() {
      maker = ContextContender.maker(contender, false);
      context = maker.newContext("context");
      crew = new Crew(threads);
      tasks = new ContextContender.Dispatch[threads];
      for (int i = 0; i < threads; i++) {
        tasks[i] = context.task("task " + i, () -> counter.runs++);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      crew.close();
      maker.close();
    }
  }

  /**
   * Each thread dispatches its task; until all that was dispatched has run. Of ours a dispatch
   * coalesces while the one before is pending; the others run the body each time.
   */
  @Benchmark
  @OperationsPerInvocation(DISPATCHES)
  public long dispatch(One one) throws Exception {
    int each = DISPATCHES / one.threads;
    one.crew.begin(number -> dispatch(one.tasks[number], each));
    one.crew.await();
    one.context.barrier();
    return one.counter.runs;
  }

  private static void dispatch(ContextContender.Dispatch task, int times) {
    for (int i = 0; i < times; i++) {
      once(task);
    }
  }

  /** A call for all alike: else the compiler makes one locked region of several turns of a loop. */
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private static void once(ContextContender.Dispatch task) {
    task.dispatch();
  }

  /** A hundred thousand contexts, ours with one pool between them. */
  @State(Scope.Benchmark)
  public static class Many {
    /** What is measured. */
    @Param({"lockfree", "locked", "synchronized", "reentrantlock", "guava", "guava-pool"})
    public String contender;

    private ContextContender.Maker maker;
    private final Counter[] counters = new Counter[CONTEXTS];
    private final ContextContender.Dispatch[] tasks = new ContextContender.Dispatch[CONTEXTS];
    private final ContextContender[] contexts = new ContextContender[CONTEXTS];

    /** Makes a context and its task as often. */
    @Setup
    public void open() {
      maker = ContextContender.maker(contender, true);
      for (int i = 0; i < CONTEXTS; i++) {
        Counter counter = new Counter();
        counters[i] = counter;
        contexts[i] = maker.newContext("context-" + i);
        tasks[i] = contexts[i].task("task", () -> counter.runs++);
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      maker.close();
    }
  }

  /** The task of each context, until all have run. */
  @Benchmark
  @OperationsPerInvocation(CONTEXTS)
  public void manyContexts(Many many) throws Exception {
    for (ContextContender.Dispatch task : many.tasks) {
      task.dispatch();
    }
    for (int i = 0; i < CONTEXTS; i += CONTEXTS / 100) {
      many.contexts[i].barrier();
    }
  }

  /** A context that is in use whenever it is waited for. */
  @State(Scope.Benchmark)
  public static class Waited {
    /** What is measured. */
    @Param({"lockfree", "locked", "single-thread"})
    public String contender;

    private ContextContender.Maker maker;
    private ContextContender context;
    private Crew holder;
    private ContextContender.Dispatch held;
    private ContextContender.Dispatch task;
    private final Counter counter = new Counter();
    private int time;
    private volatile int asked; // up to which time the holder may come in
    private volatile int inside; // how often it has come in
    private volatile int released; // up to which time it may leave

    /** One thread holds the context whenever it is asked to. */
    @Setup
    public void open() {
      maker = ContextContender.maker(contender, false);
      context = maker.newContext("context");
      held = context.task("held", this::hold);
      task = context.cancellable("task", () -> counter.runs++);
      holder = new Crew(1);
    }

    private void hold() {
      int mine = inside + 1;
      inside = mine;
      for (int looks = 0; released < mine; looks++) {
        pause(looks);
      }
    }

    private void holdAgain(int first) {
      for (int i = first; i < first + WAITS; i++) {
        for (int looks = 0; asked < i; looks++) {
          pause(looks);
        }
        held.dispatch();
      }
    }

    private void begin() {
      int first = time + 1;
      holder.begin(number -> holdAgain(first));
    }

    private void enter() {
      asked = ++time;
      for (int looks = 0; inside < time; looks++) {
        pause(looks);
      }
    }

    private void leave() throws Exception {
      released = time;
      context.barrier();
    }

    /** With a thread of its own, a context makes three that look. */
    private static void pause(int looks) {
      if (looks < 100) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      holder.close();
      maker.close();
    }
  }

  /** The holder comes in, is told to leave, and waited for. */
  @Benchmark
  @OperationsPerInvocation(WAITS)
  public void barrier(Waited waited) throws Exception {
    waited.begin();
    for (int i = 0; i < WAITS; i++) {
      waited.enter();
      waited.leave();
    }
    waited.holder.await();
  }

  /** The same; and meanwhile a task that waits behind the holder is taken back. */
  @Benchmark
  @OperationsPerInvocation(WAITS)
  public void cancelAndWait(Waited waited) throws Exception {
    waited.begin();
    for (int i = 0; i < WAITS; i++) {
      waited.enter();
      waited.task.dispatch();
      waited.task.cancel();
      waited.leave();
    }
    waited.holder.await();
  }

  /** A context that nobody else is inside of. */
  @State(Scope.Benchmark)
  public static class Ours {
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
  }

  /** A task made once. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 3, time = 1)
  public Submission taskDispatch(Ours ours) {
    return ours.task.dispatch();
  }

  /** An action, a new task each time. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 3, time = 1)
  public void actionDispatch(Ours ours) {
    ours.context.dispatch(ours.action);
  }

  /** A task that has nothing pending. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 3, time = 1)
  public Object cancel(Ours ours) {
    return ours.task.cancel();
  }
}
