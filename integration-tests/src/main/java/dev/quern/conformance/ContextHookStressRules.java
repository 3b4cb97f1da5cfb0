// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.DaemonQueue;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Submissions that race: each run has the context of just the one that made it pending, and nothing
 * of a context stays behind (rules G21, G9).
 */
public final class ContextHookStressRules {
  private static final int CREW = 3;
  private static final int QUICK = 1_500;

  private final CarriedContext context = new CarriedContext();

  /** What was accepted, what was taken back, and in which contexts the runs were. */
  private final class Book {
    private final Set<Object> queued = ConcurrentHashMap.newKeySet();
    private final Queue<Object> ran = new ConcurrentLinkedQueue<>();
    private final AtomicLong removed = new AtomicLong();

    void run() {
      Object here = context.get();
      ran.add(here == null ? "none" : here);
    }

    void submit(String who, CarriedContext.Act<Submission> act) {
      if (context.as(who, act) == Submission.QUEUED) {
        queued.add(who);
      }
    }

    void cancelled(Cancellation answer) {
      if (answer == Cancellation.REMOVED) {
        removed.incrementAndGet();
      }
    }

    void check(Scene scene, String what) {
      scene.eventually(what + ": all runs", () -> ran.size() >= queued.size() - removed.get());
      assertEquals(queued.size() - removed.get(), ran.size(), what);
      Set<Object> once = new HashSet<>(ran);
      assertEquals(ran.size(), once.size(), what + ": two runs in one context");
      once.removeAll(queued);
      assertTrue(once.isEmpty(), what + ": runs in the contexts of others: " + once);
    }
  }

  @Conformance
  @Rule({"G21", "P4"})
  void ofRacingSubmissionsOfAJobTheOneThatCountsLeavesItsContext(Scene scene) throws Exception {
    Book book = new Book();
    Job job =
        context
            .open(scene)
            .threadPool(ThreadPoolSpec.named("pool").maxThreads(2))
            .newJob(
                "job",
                self -> {
                  book.run();
                  if (book.ran.size() % 3 == 0) {
                    self.done();
                  }
                });
    Crew.start(
            scene,
            CREW,
            (id, random) -> {
              for (int i = 0; i < scene.times(QUICK); i++) {
                book.submit(id + "." + i, job::submit);
                Crew.pause(random);
                if (random.nextInt(4) == 0) {
                  book.cancelled(job.cancel());
                }
              }
            })
        .join();
    book.check(scene, "job");
  }

  @Conformance
  @Rule({"G21", "W2", "W5"})
  void ofRacingSubmissionsOfAWorkTheOneThatCountsLeavesItsContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    for (WorkQueueSpec spec :
        List.of(WorkQueueSpec.ordered("ordered"), WorkQueueSpec.named("parallel").maxActive(2))) {
      Book book = new Book();
      Work work = quern.newWorkQueue(spec).newWork("work", book::run);
      Crew.start(
              scene,
              CREW,
              (id, random) -> {
                for (int i = 0; i < scene.times(QUICK); i++) {
                  book.submit(id + "." + i, () -> submit(work, random));
                  Crew.pause(random);
                  if (random.nextInt(4) == 0) {
                    book.cancelled(work.cancel());
                  } else if (random.nextInt(16) == 0) {
                    work.flush(Duration.ZERO);
                  }
                }
              })
          .join();
      work.flush();
      book.check(scene, spec.name());
    }
  }

  private static Submission submit(Work work, Random random) {
    Duration soon = Duration.ofNanos(random.nextInt(20_000));
    return switch (random.nextInt(4)) {
      case 0 -> work.schedule(soon);
      case 1 -> work.reschedule(soon);
      case 2 -> work.reschedule(Duration.ZERO);
      default -> work.submit();
    };
  }

  @Conformance
  @Rule({"G21", "T5", "T9"})
  void ofRacingDispatchesOfATaskTheOneThatCountsLeavesItsContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    for (int maxInline : List.of(0, 2, Integer.MAX_VALUE)) {
      Book book = new Book();
      TaskContext tasks =
          quern.newTaskContext(TaskContextSpec.named("context").maxInline(maxInline));
      Task task = tasks.newTask("task", book::run);
      Book once = new Book();
      Crew.start(
              scene,
              CREW,
              (id, random) -> {
                for (int i = 0; i < scene.times(QUICK); i++) {
                  String who = id + "." + i;
                  book.submit(who, task::dispatch);
                  once.submit(who, () -> dispatch(tasks, once::run));
                  if (random.nextInt(4) == 0) {
                    book.cancelled(task.cancel());
                  }
                }
              })
          .join();
      tasks.barrier();
      book.check(scene, "task, maxInline " + maxInline);
      once.check(scene, "dispatched once, maxInline " + maxInline);
    }
  }

  private static Submission dispatch(TaskContext tasks, Action code) {
    tasks.dispatch(code);
    return Submission.QUEUED;
  }

  @Conformance
  @Rule({"G21", "D1"})
  void eachItemIsHandledInTheContextItCameWith(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonKind.each(
        kind -> {
          Book book = new Book();
          DaemonQueue<String> queue =
              kind.make(
                  quern,
                  kind.bounded(16).maxBatch(5),
                  item -> {
                    assertEquals(item, context.get());
                    book.run();
                  });
          Crew.start(
                  scene,
                  CREW,
                  (id, random) -> {
                    for (int i = 0; i < scene.times(QUICK); i++) {
                      String who = id + "." + i;
                      book.submit(who, () -> put(queue, who));
                    }
                  })
              .join();
          queue.flush();
          book.check(scene, kind.title());
        });
  }

  private static Submission put(DaemonQueue<String> queue, String item)
      throws InterruptedException {
    queue.put(item);
    return Submission.QUEUED;
  }

  // ---- Nothing stays behind

  @Conformance
  @Rule({"G21", "G9"})
  void aRunThatWasTakenBackKeepsNothingOfItsContext(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(() -> {});
      place.hold(scene, gate);
      WeakReference<Object> taken = someone(scene, item::submit);
      item.cancel();
      scene.eventuallyCollected(place + ": the context of a cancelled run", taken);
      WeakReference<Object> first = someone(scene, item::submit);
      WeakReference<Object> second = someone(scene, item::submit);
      scene.eventuallyCollected(place + ": the context of a coalesced submission", second);
      gate.open();
      scene.eventuallyCollected(place + ": the context of a run that has ended", first);
    }
  }

  @Conformance
  @Rule({"G21", "G9"})
  void aDelayedRunAndACallThatWereTakenBackKeepNothingOfTheirContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    Work work = quern.newWorkQueue("q").newWork("work", () -> {});
    Duration hour = Duration.ofHours(1);
    WeakReference<Object> delayed = someone(scene, () -> work.schedule(hour));
    work.reschedule(hour.plusHours(1));
    work.cancel();
    scene.eventuallyCollected("the context of a cancelled delay", delayed);
    WeakReference<Object> disabled = someone(scene, () -> work.schedule(hour));
    work.disable();
    scene.eventuallyCollected("the context of a disabled delay", disabled);
    TaskContext tasks = quern.newTaskContext("context");
    Runner runner = new Runner(scene, tasks);
    WeakReference<Object> call = someone(scene, () -> callInVain(tasks));
    scene.eventuallyCollected("the context of a call that was given up", call);
    runner.leave();
  }

  private static @Nullable Object callInVain(TaskContext tasks) throws InterruptedException {
    try {
      return tasks.call(() -> "too late", Duration.ofMillis(1));
    } catch (TimeoutException expected) {
      return null;
    }
  }

  @Conformance
  @Rule({"G21", "G9"})
  void anItemThatWasHandledKeepsNothingOfItsContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonKind.each(
        kind -> {
          DaemonQueue<String> queue = kind.make(quern, kind.unbounded(), item -> {});
          WeakReference<Object> who = someone(scene, () -> put(queue, "item"));
          queue.flush();
          scene.eventuallyCollected("the context of a handled item", who);
        });
  }

  /** Does it on another thread, as somebody whom nobody else knows. */
  private WeakReference<Object> someone(Scene scene, CarriedContext.Act<?> act) {
    return scene
        .async(
            () -> {
              Object who = new Object();
              context.as(who, act);
              return new WeakReference<>(who);
            })
        .result();
  }
}
