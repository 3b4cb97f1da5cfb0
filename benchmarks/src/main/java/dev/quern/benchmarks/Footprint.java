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
import java.util.Arrays;
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
  private static final int FEWER = 10_000;
  private static final int MILLION = 1_000_000;
  private static final long STILL = 8192; // bytes
  private static final QueueSpec UNBOUNDED = QueueSpec.unbounded("queue");
  private static final QueueSpec BOUNDED = QueueSpec.bounded("queue", 64);

  private Footprint() {}

  /** Makes the one of that number. */
  private interface Maker {
    IntFunction<Object> in(Quern quern);
  }

  /** Prints a line for each figure. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length > 1) {
      million(Bench.open(args[0]));
    } else {
      all(args[0]);
    }
  }

  private static void all(String provider) throws InterruptedException {
    of(provider, "Work", MANY, quern -> works(quern.newWorkQueue("works")));
    of(provider, "Job", MANY, quern -> jobs(quern.threadPool("pool")));
    of(provider, "Task", MANY, quern -> tasks(quern.newTaskContext("context")));
    of(provider, "TaskContext", MANY, quern -> i -> quern.newTaskContext("context"));
    of(provider, "Queue, unbounded", FEWER, quern -> i -> quern.newQueue(UNBOUNDED));
    of(provider, "Queue, bounded to 64", FEWER, quern -> i -> quern.newQueue(BOUNDED));
    String[] names = new String[FEWER]; // made before, so that they don't count
    Arrays.setAll(names, i -> "n" + i);
    Handler<Object> handler = item -> {};
    of(
        provider,
        "DaemonQueue, unbounded, on a pool",
        FEWER,
        quern ->
            i -> quern.newDaemonQueue(DaemonQueueSpec.unbounded(names[i]).pool("pool"), handler));
  }

  private static IntFunction<Object> works(WorkQueue queue) {
    return i -> queue.newWork("work", () -> {});
  }

  private static IntFunction<Object> jobs(ThreadPool pool) {
    return i -> pool.newJob("job", () -> {});
  }

  private static IntFunction<Object> tasks(TaskContext context) {
    return i -> context.newTask("task", () -> {});
  }

  /** In a runtime of its own: nothing left of those before may go meanwhile. */
  private static void of(String provider, String name, int count, Maker makers)
      throws InterruptedException {
    Object[] made = new Object[count];
    try (Quern quern = Bench.open(provider)) {
      IntFunction<Object> maker = makers.in(quern);
      Object first = maker.apply(count - 1); // what the first one brings along does not count
      long before = heap();
      for (int i = 0; i < count - 1; i++) {
        made[i] = maker.apply(i);
      }
      double each = (heap() - before) / (count - 1.0);
      Reference.reachabilityFence(made);
      long alone = ClassLayout.parseClass(first.getClass()).instanceSize();
      System.out.printf("idle %s\t%.1f\tB%n", name, each);
      System.out.printf("idle %s, the object alone\t%d\tB%n", name, alone);
    }
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

  /** Once nothing goes any more: what an earlier runtime leaves may need several collections. */
  private static long heap() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int still = 0, tries = 0; still < 3 && tries < 40; tries++) {
      System.gc();
      Thread.sleep(50);
      long used = runtime.totalMemory() - runtime.freeMemory();
      still = least - used < STILL ? still + 1 : 0;
      least = Math.min(least, used);
    }
    return least;
  }
}
