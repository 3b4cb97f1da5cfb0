// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Goal.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What Quern is to reach, as data: ratios within one run, and a few figures of its own. */
final class Goals {
  /** No more than noise: what JMH itself and threads that warm up allocate. */
  static final double NOTHING = 0.5;

  /** Of a heap's growth by 100,000 objects, in bytes an object; objects are a multiple of 8. */
  private static final double NOISE = 1;

  private static final Shape OFFER = new Shape("QueueBenchmark.offer");
  private static final Shape OFFER_ALL = new Shape("QueueBenchmark.offerAll");
  private static final Shape OFFER_POLL = new Shape("QueueBenchmark.offerPoll");
  private static final Shape TO_HANDLER = new Shape("DaemonQueueBenchmark.offerToHandler");
  private static final Shape DAEMON_WAKE = new Shape("DaemonQueueBenchmark.wake");
  private static final Shape EXTERNAL = new Shape("ThreadPoolBenchmark.external");
  private static final Shape SELF = new Shape("ThreadPoolBenchmark.selfRequeue");
  private static final Shape DISPATCH = new Shape("TaskContextBenchmark.dispatch");
  private static final Shape SCHEDULE = new Shape("WorkQueueBenchmark.scheduleCancel");
  private static final Shape SCHEDULE_AT = new Shape("WorkQueueBenchmark.scheduleAtCancel");
  private static final Shape FIRE = new Shape("WorkQueueBenchmark.fire");
  private static final Shape TO_RUN = new Shape("WorkQueueBenchmark.submitToRun");
  private static final List<Integer> OUTSTANDING = List.of(10, 10_000, 1_000_000);

  private final List<Goal> all = new ArrayList<>();

  private Goals() {
    queue();
    daemonQueue();
    threadPool();
    taskContext();
    timers();
    locked();
    figures();
  }

  static List<Goal> all() {
    return List.copyOf(new Goals().all);
  }

  private void queue() {
    for (int producers : List.of(1, 2, 4)) {
      Shape offer = OFFER.with("producers", producers);
      String where = ", producers: " + producers;
      ahead("Queue, single offer", "twice the best neighbour" + where, offer, 2, "*");
      add(
          "Queue, single offer",
          "our slowest tenth at least the best neighbour's median" + where,
          Measure.SLOW_TENTH,
          offer,
          "lockfree",
          offer,
          1,
          "*");
    }
    Shape all = OFFER_ALL.with("producers", 1);
    add(
        "Queue, offerAll of 16",
        "5 times the best neighbour's single offer, one producer",
        Measure.SPEED,
        all,
        "lockfree",
        OFFER.with("producers", 1),
        5,
        "*");
    ahead("Queue, offerAll of 16", "1.5 times JCTools' fill, one producer", all, 1.5, "jctools-*");
    Shape young = OFFER_POLL.with("aged", false);
    Shape aged = OFFER_POLL.with("aged", true);
    ahead("Queue, uncontended", "no slower than JCTools", young, 1, "jctools-array-poll");
    bytes("Queue, uncontended", "nothing allocated", young, "lockfree", NOTHING);
    ahead(
        "Queue, uncontended",
        "aged under G1, at most 0.85 of JCTools' time",
        aged,
        1 / 0.85,
        "jctools-array-poll");
  }

  private void daemonQueue() {
    for (int producers : List.of(1, 2)) {
      Shape shape = TO_HANDLER.with("producers", producers);
      String where = ", producers: " + producers;
      ahead("DaemonQueue", "12 times a single-thread ThreadPoolExecutor" + where, shape, 12, "tpe");
      ahead("DaemonQueue", "5 times JCTools parked by hand" + where, shape, 5, "jctools-parked");
      add(
          "DaemonQueue",
          "a sixth of the processor time of JCTools parked by hand" + where,
          Measure.CPU,
          shape,
          "lockfree",
          shape,
          6,
          "jctools-parked");
    }
    Shape one = TO_HANDLER.with("producers", 1);
    bytes("DaemonQueue", "nothing allocated, bounded", one, "lockfree", NOTHING);
    bytes("DaemonQueue", "at most 24 bytes an item, unbounded", one, "lockfree-unbounded", 24);
    ahead(
        "DaemonQueue",
        "idle wake-up within 1.05 of a bare unpark",
        DAEMON_WAKE,
        1 / 1.05,
        "unpark");
  }

  private void threadPool() {
    ahead("ThreadPool", "3 times ThreadPoolExecutor, from outside", EXTERNAL, 3, "tpe");
    ahead("ThreadPool", "2.5 times EnhancedQueueExecutor, from outside", EXTERNAL, 2.5, "eqe");
    ahead("ThreadPool", "no slower than ForkJoinPool, self-requeue", SELF, 1, "fjp", "fjp-async");
    bytes("ThreadPool", "nothing allocated, from outside", EXTERNAL, "lockfree", NOTHING);
    bytes("ThreadPool", "nothing allocated, self-requeue", SELF, "lockfree", NOTHING);
  }

  private void taskContext() {
    ahead(
        "TaskContext",
        "uncontended, at most 0.9 of synchronized's time",
        DISPATCH.with("threads", 1),
        1 / 0.9,
        "synchronized");
    for (int threads : List.of(2, 4)) {
      Shape shape = DISPATCH.with("threads", threads);
      String where = ", threads: " + threads;
      ahead("TaskContext", "no slower than ReentrantLock" + where, shape, 1, "reentrantlock");
      ahead("TaskContext", "5 times Guava's sequential executor" + where, shape, 5, "guava*");
    }
  }

  private void timers() {
    for (int outstanding : OUTSTANDING) {
      String where = String.format(", outstanding: %,d", outstanding);
      add(
          "WorkQueue, timers",
          "scheduleAt and cancel, 14 ns" + where,
          Measure.TIME,
          SCHEDULE_AT.with("outstanding", outstanding),
          "lockfree",
          SCHEDULE_AT,
          14);
      add(
          "WorkQueue, timers",
          "schedule and cancel, 40 ns" + where,
          Measure.TIME,
          SCHEDULE.with("outstanding", outstanding),
          "lockfree",
          SCHEDULE,
          40);
    }
    flat("scheduleAt and cancel, flat within 10 % from 10 to 1M", SCHEDULE_AT);
    flat("schedule and cancel, flat within 10 % from 10 to 1M", SCHEDULE);
    Shape at = SCHEDULE_AT.with("outstanding", 1_000_000);
    Shape after = SCHEDULE.with("outstanding", 1_000_000);
    ahead(
        "WorkQueue, timers",
        "scheduleAt: 60 times ScheduledThreadPoolExecutor at 1M",
        at,
        60,
        "stpe");
    ahead("WorkQueue, timers", "scheduleAt: 4.5 times Netty's wheel at 1M", at, 4.5, "netty-*");
    ahead(
        "WorkQueue, timers",
        "schedule: 21 times ScheduledThreadPoolExecutor at 1M",
        after,
        21,
        "stpe");
    ahead("WorkQueue, timers", "schedule: 1.7 times Netty's wheel at 1M", after, 1.7, "netty-*");
    bytes("WorkQueue, timers", "nothing allocated", after, "lockfree", NOTHING);
    ahead("WorkQueue, timers", "fire 1M: 25 times ScheduledThreadPoolExecutor", FIRE, 25, "stpe");
    add(
        "WorkQueue, timers",
        "fire 1M: twice Netty's wheel, in every fork",
        Measure.EVERY_FORK,
        FIRE,
        "lockfree",
        FIRE,
        2,
        "netty-*");
    ahead("WorkQueue, to run", "no slower than our thread pool", TO_RUN, 1, "lockfree-pool");
    bytes("WorkQueue, to run", "nothing allocated", TO_RUN, "lockfree", NOTHING);
  }

  private void locked() {
    locked(
        "a bounded queue, one producer, and ArrayBlockingQueue", OFFER.with("producers", 1), "abq");
    locked(
        "a daemon queue, one producer, and ThreadPoolExecutor",
        TO_HANDLER.with("producers", 1),
        "tpe");
    locked("a thread pool, from outside, and ThreadPoolExecutor", EXTERNAL, "tpe");
    locked(
        "timers, 10,000 outstanding, and ScheduledThreadPoolExecutor",
        SCHEDULE.with("outstanding", 10_000),
        "stpe");
    locked("works to run and ThreadPoolExecutor", TO_RUN, "tpe");
  }

  private void figures() {
    for (String primitive : List.of("Work", "Job", "Task", "TaskContext")) {
      figure(
          "Memory",
          "an idle " + primitive + " is at most 64 bytes",
          "idle " + primitive,
          64 + NOISE);
    }
    figure(
        "Memory",
        "1M contexts and 1M delayed works within 256 MiB",
        "1M contexts, 1M delayed works",
        256);
    figure("Start-up", "the first open within 150 ms", "first open", 150);
    figure("Start-up", "of which discovery and wiring 60 ms", "discovery and wiring", 60);
  }

  private void ahead(
      String family, String sentence, Shape shape, double bound, String... neighbours) {
    add(family, sentence, Measure.SPEED, shape, "lockfree", shape, bound, neighbours);
  }

  private void locked(String what, Shape shape, String neighbour) {
    add(
        "Provider locked",
        "within 1.3: " + what,
        Measure.SPEED,
        shape,
        "locked",
        shape,
        1 / 1.3,
        neighbour);
  }

  private void bytes(String family, String sentence, Shape shape, String ours, double bound) {
    add(family, sentence, Measure.BYTES, shape, ours, shape, bound);
  }

  private void flat(String sentence, Shape shape) {
    List<Shape> shapes = OUTSTANDING.stream().map(n -> shape.with("outstanding", n)).toList();
    all.add(
        new Goal(
            "WorkQueue, timers",
            sentence,
            Measure.FLAT,
            shapes,
            "lockfree",
            shape,
            List.of(),
            1.1));
  }

  private void figure(String family, String sentence, String name, double bound) {
    Shape named = new Shape(name);
    all.add(
        new Goal(
            family, sentence, Measure.FIGURE, List.of(named), "lockfree", named, List.of(), bound));
  }

  private void add(
      String family,
      String sentence,
      Measure measure,
      Shape shape,
      String ours,
      Shape against,
      double bound,
      String... neighbours) {
    all.add(
        new Goal(
            family,
            sentence,
            measure,
            List.of(shape),
            ours,
            against,
            Arrays.asList(neighbours),
            bound));
  }
}
