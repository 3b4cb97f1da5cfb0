// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What a program plays with, and the code that runs in it. */
final class World {
  private static final List<Waiting> WAITINGS =
      List.of(Waiting.PARK, Waiting.SPIN_THEN_PARK, Waiting.YIELD);

  final Program program;
  final Journal journal;
  final int threads;
  final Queue<Parcels.Parcel> queue;
  final Parcels queued;
  final List<DaemonQueue<Parcels.Parcel>> daemons = new ArrayList<>();
  final List<Parcels> handled = new ArrayList<>();
  final ThreadPool pool;
  final List<WorkQueue> workQueues = new ArrayList<>();
  final List<Work> works = new ArrayList<>();
  final List<Item> workItems = new ArrayList<>();
  final List<Job> jobs = new ArrayList<>();
  final List<Item> jobItems = new ArrayList<>();
  final TaskContext context;
  final List<Task> tasks = new ArrayList<>();
  final List<Item> taskItems = new ArrayList<>();

  private final AtomicInteger active = new AtomicInteger();
  private boolean insideTree; // written by handlers of the first daemon queue and its child
  private boolean insidePooled; // written by the handler of the second
  private boolean insideOrdered; // written by runs of the ordered work queue
  private boolean insideContext; // written by what runs inside the context

  World(Quern quern, Program program, Journal journal) {
    this.program = program;
    this.journal = journal;
    this.threads = program.threads().size();
    int capacity = program.queueCapacity();
    queue =
        quern.newQueue(
            capacity == 0
                ? QueueSpec.unbounded("queue")
                : QueueSpec.bounded("queue", capacity).producersWait(true));
    queued = new Parcels("queue", producers(), journal);
    pool =
        quern.threadPool(
            ThreadPoolSpec.named("pool")
                .maxThreads(program.maxThreads())
                .idleLimit(Duration.ofMillis(1 + program.maxBatch() * 5L)));
    makeDaemons(quern);
    makeWorks(quern);
    for (int i = 0; i < Program.JOBS; i++) {
      Item item = item("job" + i);
      int producer = threads + Program.WORKS + i;
      jobs.add(
          pool.newJob(
              item.name,
              (Job self) -> {
                body(item, producer, self::submit);
                if (item.runs() % 3 == 0) {
                  self.done();
                  Faults.delay(); // the next run may have begun
                }
              }));
      jobItems.add(item);
    }
    context =
        quern.newTaskContext(
            TaskContextSpec.named("context").maxInline(program.maxInline()).pool("pool"));
    for (int i = 0; i < Program.TASKS; i++) {
      Item item = item("task" + i);
      tasks.add(context.newTask(item.name, (Task self) -> inContext(() -> task(item, self))));
      taskItems.add(item);
    }
  }

  /** Program threads and the bodies of works and jobs, each of which is a producer. */
  private int producers() {
    return threads + Program.WORKS + Program.JOBS;
  }

  /** Program threads, handlers, and the item's own body each have a slot of their own. */
  private Item item(String name) {
    return new Item(name, threads + Program.DAEMONS + 1, journal);
  }

  private int ownSlot() {
    return threads + Program.DAEMONS;
  }

  private void makeDaemons(Quern quern) {
    for (int i = 0; i < Program.DAEMONS; i++) {
      int index = i;
      int capacity = program.daemonCapacities().get(i);
      String name = "daemon" + i;
      DaemonQueueSpec spec =
          capacity == 0 ? DaemonQueueSpec.unbounded(name) : DaemonQueueSpec.bounded(name, capacity);
      spec = spec.maxBatch(program.maxBatch());
      Parcels parcels = new Parcels(name, producers(), journal);
      handled.add(parcels);
      Handler<Parcels.Parcel> handler = parcel -> handle(index, parcel);
      daemons.add(
          switch (i) {
            case 0 ->
                quern.newDaemonQueue(
                    spec.waiting(WAITINGS.get((int) (program.seed() & 0xff) % WAITINGS.size())),
                    handler);
            case 1 -> quern.newDaemonQueue(spec.pool("pool").inactive(true), handler);
            default -> daemons.get(0).newChild(spec, handler);
          });
    }
  }

  private void makeWorks(Quern quern) {
    workQueues.add(quern.newWorkQueue(WorkQueueSpec.named("works").maxActive(program.maxActive())));
    workQueues.add(quern.newWorkQueue(WorkQueueSpec.ordered("ordered")));
    for (int i = 0; i < Program.WORKS; i++) {
      Item item = item("work" + i);
      int producer = threads + i;
      boolean ordered = i >= 2;
      works.add(
          workQueues
              .get(i / 2)
              .newWork(
                  item.name,
                  (Work self) -> {
                    if (ordered) {
                      inOrder(() -> body(item, producer, self::submit));
                    } else {
                      atMost(() -> body(item, producer, self::submit));
                    }
                  }));
      workItems.add(item);
    }
  }

  private void handle(int index, Parcels.Parcel parcel) {
    boolean tree = index != 1;
    journal.require(!(tree ? insideTree : insidePooled), "two drainers at " + parcel);
    inside(tree, true);
    try {
      handled.get(index).out(parcel);
      Faults.delay();
      if (parcel.number % 5 == 0) {
        Item item = workItems.get(parcel.number % Program.WORKS);
        Work work = works.get(parcel.number % Program.WORKS);
        ignoringClosed(() -> item.submit(threads + index, "hand on", work::submit));
      }
      if (parcel.number % 11 == 0) {
        journal.plant("daemon" + index + " " + parcel);
      }
    } finally {
      inside(tree, false);
    }
  }

  private void inside(boolean tree, boolean inside) {
    if (tree) {
      insideTree = inside;
    } else {
      insidePooled = inside;
    }
  }

  private void body(Item item, int producer, Item.Submitting again) {
    long[] seen = item.begin();
    try {
      journal.require(!Thread.currentThread().isInterrupted(), "interrupted: " + item.name);
      Faults.delay();
      long run = item.runs();
      if (run % 4 == 1) {
        DaemonQueue<Parcels.Parcel> to = daemons.get((int) (run % Program.DAEMONS));
        Parcels parcels = handled.get((int) (run % Program.DAEMONS));
        Parcels.Parcel parcel = parcels.make(producer);
        ignoringClosed(
            () -> {
              if (to.offer(parcel)) {
                parcels.accepted(parcel);
              }
            });
      }
      if (run % 6 == 2) {
        ignoringClosed(() -> item.submit(ownSlot(), "again", again));
      }
      if (run % 7 == 3) {
        Thread.currentThread().interrupt();
      }
      if (run % 9 == 4) {
        journal.plant(item.name + " run " + run);
      }
    } finally {
      item.end(seen);
    }
  }

  private void task(Item item, Task self) {
    long[] seen = item.begin();
    try {
      Faults.delay();
      if (item.runs() % 6 == 2) {
        ignoringClosed(() -> item.submit(ownSlot(), "again", self::dispatch));
      }
      if (item.runs() % 9 == 4) {
        journal.plant(item.name + " run " + item.runs());
      }
    } finally {
      item.end(seen);
    }
  }

  private void atMost(Runnable body) {
    int now = active.incrementAndGet();
    try {
      journal.require(now <= program.maxActive(), now + " active at once");
      body.run();
    } finally {
      active.decrementAndGet();
    }
  }

  private void inOrder(Runnable body) {
    journal.require(!insideOrdered, "two runs in the ordered queue");
    insideOrdered = true;
    try {
      body.run();
    } finally {
      insideOrdered = false;
    }
  }

  void inContext(Runnable body) {
    journal.require(!insideContext, "two inside the context");
    insideContext = true;
    try {
      body.run();
    } finally {
      insideContext = false;
    }
  }

  /** A submission that finds its primitive closed has been told so, and nothing was accepted. */
  static void ignoringClosed(Runnable submission) {
    try {
      submission.run();
    } catch (ClosedException expected) {
      // counted nowhere, so a run of it would be one too many
    }
  }

  /** Checks all histories; to be called when everything is quiet. */
  void check() {
    queued.check();
    handled.forEach(Parcels::check);
    workItems.forEach(Item::check);
    jobItems.forEach(Item::check);
    taskItems.forEach(Item::check);
    for (int i = 0; i < Program.DAEMONS; i++) {
      if (program.daemonCapacities().get(i) == 0 && !program.closesDaemon(i)) {
        for (int thread = 0; thread < threads; thread++) {
          journal.fact("daemon" + i + " accepted of " + thread, handled.get(i).acceptedBy(thread));
        }
      }
    }
  }

  long sum(int workQueue, Submission answer) {
    return workItems.get(2 * workQueue).count(answer)
        + workItems.get(2 * workQueue + 1).count(answer);
  }
}
