// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.WorkQueue;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.function.IntFunction;
import org.openjdk.jol.info.ClassLayout;

/**
 * What an idle primitive holds of the heap, by the growth of the heap; and the object alone, by
 * JOL. No benchmark of JMH's: it runs once, and prints name, value and unit, with tabs between.
 * {@code Footprint PROVIDER}; {@code Footprint PROVIDER million}: a million contexts and a million
 * delayed works, and what they hold together.
 */
public final class Footprint {
  private static final int MANY = 100_000;
  private static final int MILLION = 1_000_000;

  private final Quern quern;
  private final String[] names = new String[MANY]; // shared, so that they don't count

  private Footprint(Quern quern) {
    this.quern = quern;
    for (int i = 0; i < MANY; i++) {
      names[i] = "n" + i;
    }
  }

  /** Prints a line for each figure. */
  public static void main(String[] args) throws InterruptedException {
    try (Quern quern = Bench.open(args[0])) {
      if (args.length > 1) {
        million(quern);
      } else {
        new Footprint(quern).all();
      }
    }
  }

  private void all() throws InterruptedException {
    WorkQueue works = quern.newWorkQueue("works");
    ThreadPool pool = quern.threadPool("pool");
    TaskContext context = quern.newTaskContext("context");
    of("Work", MANY, i -> works.newWork("work", () -> {}));
    of("Job", MANY, i -> pool.newJob("job", () -> {}));
    of("Task", MANY, i -> context.newTask("task", () -> {}));
    of("TaskContext", MANY, i -> quern.newTaskContext("context"));
    of("Queue, unbounded", MANY / 10, i -> quern.newQueue(QueueSpec.unbounded("queue")));
    of("Queue, bounded to 64", MANY / 10, i -> quern.newQueue(QueueSpec.bounded("queue", 64)));
    Handler<Object> handler = item -> {};
    of(
        "DaemonQueue, unbounded, on a pool",
        MANY / 10,
        i -> quern.newDaemonQueue(DaemonQueueSpec.unbounded(names[i]).pool("pool"), handler));
  }

  private static void of(String name, int count, IntFunction<Object> maker)
      throws InterruptedException {
    Object[] made = new Object[count];
    Object first = maker.apply(count - 1); // what the first one brings along does not count
    long before = heap();
    for (int i = 0; i < count - 1; i++) {
      made[i] = maker.apply(i);
    }
    double each = (heap() - before) / (count - 1.0);
    Reference.reachabilityFence(made);
    System.out.printf("idle %s\t%.1f\tB%n", name, each);
    System.out.printf(
        "idle %s, the object alone\t%d\tB%n",
        name, ClassLayout.parseClass(first.getClass()).instanceSize());
  }

  private static void million(Quern quern) throws InterruptedException {
    TaskContext[] contexts = new TaskContext[MILLION];
    Object[] works = new Object[MILLION];
    WorkQueue queue = quern.newWorkQueue("works");
    for (int i = 0; i < MILLION; i++) {
      contexts[i] = quern.newTaskContext("context");
      var work = queue.newWork("work", () -> {});
      work.schedule(Duration.ofHours(1).plusMillis(i));
      works[i] = work;
    }
    double used = heap() / (1024.0 * 1024);
    Reference.reachabilityFence(contexts);
    Reference.reachabilityFence(works);
    System.out.printf("1M contexts, 1M delayed works\t%.1f\tMiB%n", used);
    System.out.flush();
    Runtime.getRuntime().halt(0); // closing would wait for a million works
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
