// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Inlet;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.SystemQueue;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/** What closes takes nothing in any more: rule G11, for every submission. */
public final class ClosingRules {
  private static final Duration SHORT = Duration.ofMillis(1);

  private static Map<String, Action> inlet(Inlet<Action> inlet) {
    Action item = () -> {};
    Map<String, Action> all = new LinkedHashMap<>();
    all.put("offer", () -> inlet.offer(item));
    all.put("offer(limit)", () -> inlet.offer(item, SHORT));
    all.put("offer(zero)", () -> inlet.offer(item, Duration.ZERO));
    all.put("put", () -> inlet.put(item));
    all.put("add", () -> inlet.add(item));
    all.put("offerAll", () -> inlet.offerAll(List.of(item, item)));
    return all;
  }

  private static Map<String, Action> submissions(Work work) {
    Map<String, Action> all = new LinkedHashMap<>();
    all.put("submit", work::submit);
    all.put("schedule", () -> work.schedule(SHORT));
    all.put("scheduleAt", () -> work.scheduleAt(System.nanoTime()));
    all.put("reschedule", () -> work.reschedule(SHORT));
    all.put("rescheduleAt", () -> work.rescheduleAt(System.nanoTime()));
    return all;
  }

  private static Map<String, Action> submissions(TaskContext context, Task task) {
    Map<String, Action> all = new LinkedHashMap<>();
    all.put("dispatch", () -> context.dispatch(() -> {}));
    all.put("task.dispatch", task::dispatch);
    all.put("call", () -> context.call(() -> "never"));
    all.put("call(limit)", () -> context.call(() -> "never", SHORT));
    return all;
  }

  private static void assertAllThrow(String name, Map<String, Action> submissions) {
    submissions.forEach(
        (operation, code) -> {
          ClosedException closed =
              assertThrows(ClosedException.class, code::run, () -> name + ", " + operation);
          assertTrue(
              String.valueOf(closed.getMessage()).contains(name),
              () -> operation + " does not name " + name + ": " + closed.getMessage());
        });
  }

  @Conformance
  @Rule({"G11", "Q16"})
  void aClosedQueue(Scene scene) {
    for (QueueSpec spec :
        List.of(
            QueueSpec.unbounded("unbounded"),
            QueueSpec.bounded("bounded", 2),
            QueueSpec.bounded("waiting", 2).producersWait(true))) {
      Queue<Action> queue = scene.quern().newQueue(spec);
      queue.add(() -> {});
      queue.close();
      Map<String, Action> submissions = inlet(queue);
      if (spec.capacity().isPresent() && spec.producersWait().isEmpty()) {
        List.of("put", "offer(limit)", "offer(zero)").forEach(submissions::remove); // misuse
      }
      assertAllThrow(spec.name(), submissions);
      assertEquals(1, queue.size());
    }
  }

  @Conformance
  @Rule("G11")
  void aDaemonQueueFromTheStartOfItsClose(Scene scene) throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      Blocked blocked = new Blocked();
      Handler<Action> handler = Action::run;
      String name = now ? "closed-now" : "closed";
      DaemonQueue<Action> queue =
          scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded(name), handler);
      queue.add(blocked);
      blocked.awaitEntered(scene);
      Async<?> closing = closing(scene, now ? queue::closeNow : queue::close);
      assertAllThrow(name, inlet(queue));
      blocked.release();
      closing.result();
      assertAllThrow(name, inlet(queue));
    }
  }

  private static Async<?> closing(Scene scene, Action close) {
    Async<String> closing =
        scene.async(
            () -> {
              close.run();
              return "closed";
            });
    return closing.awaitWaiting();
  }

  @Conformance
  @Rule("G11")
  void aPoolAndAJobFromTheStartOfTheirClose(Scene scene) {
    for (boolean wholePool : new boolean[] {false, true}) {
      Blocked blocked = new Blocked();
      ThreadPool pool = scene.quern().threadPool("pool-" + wholePool);
      Job job = pool.newJob("job-" + wholePool, blocked);
      job.submit();
      blocked.awaitEntered(scene);
      Async<?> closing = closing(scene, wholePool ? pool::close : job::close);
      assertAllThrow(job.name(), Map.of("submit", job::submit));
      blocked.release();
      closing.result();
      assertAllThrow(job.name(), Map.of("submit", job::submit));
      if (wholePool) {
        assertAllThrow(pool.name(), Map.of("newJob", () -> pool.newJob("late", () -> {}).submit()));
      }
    }
  }

  @Conformance
  @Rule({"G11", "T12"})
  void aContextFromTheStartOfItsClose(Scene scene) {
    TaskContext context = scene.quern().newTaskContext("context");
    Task task = context.newTask("task", () -> {});
    Blocked blocked = new Blocked();
    scene.thread(() -> context.dispatch(blocked));
    blocked.awaitEntered(scene);
    Async<?> closing = closing(scene, context::close);
    assertAllThrow("context", submissions(context, task));
    blocked.release();
    closing.result();
    assertAllThrow("context", submissions(context, task));
  }

  @Conformance
  @Rule({"G11", "W22", "W24"})
  void aWorkQueueAndAWorkFromTheStartOfTheirClose(Scene scene) {
    for (boolean wholeQueue : new boolean[] {false, true}) {
      Blocked blocked = new Blocked();
      WorkQueue queue = scene.quern().newWorkQueue("works-" + wholeQueue);
      Work work = queue.newWork("work-" + wholeQueue, blocked);
      work.submit();
      blocked.awaitEntered(scene);
      Async<?> closing = closing(scene, wholeQueue ? queue::close : work::close);
      assertAllThrow(work.name(), submissions(work));
      blocked.release();
      closing.result();
      assertAllThrow(work.name(), submissions(work));
    }
  }

  @Conformance
  @Rule({"G11", "R7"})
  void aClosedRuntimeMakesNothing(Scene scene) {
    Quern quern = scene.quern();
    quern.close();
    Map<String, Action> makers = new LinkedHashMap<>();
    makers.put("newQueue", () -> quern.newQueue(QueueSpec.unbounded("late")));
    makers.put("newQueue, signal", () -> quern.newQueue(QueueSpec.unbounded("late"), () -> {}));
    makers.put(
        "newDaemonQueue",
        () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("late"), item -> {}));
    makers.put("newReclaimer", () -> quern.newReclaimer("late", item -> {}));
    makers.put("threadPool", () -> quern.threadPool("late"));
    makers.put("threadPool(spec)", () -> quern.threadPool(ThreadPoolSpec.named("late")));
    makers.put("cpuPools", () -> quern.cpuPools(ThreadPoolSpec.named("late")));
    makers.put("newTaskContext", () -> quern.newTaskContext("late"));
    makers.put("newWorkQueue", () -> quern.newWorkQueue("late"));
    makers.put("systemQueue", () -> quern.systemQueue(SystemQueue.DEFAULT));
    makers.forEach((name, maker) -> assertThrows(ClosedException.class, maker::run, name));
  }

  /** A submission that either counts what it accepted or throws. */
  private interface Race {
    boolean submit(AtomicInteger served);
  }

  @Conformance
  @Rule("G11")
  void aSubmissionThatRacesWithCloseIsServedOrThrows(Scene scene) {
    Handler<AtomicInteger> counter = AtomicInteger::incrementAndGet;
    Quern quern = scene.quern();
    race(
        scene,
        () -> {
          DaemonQueue<AtomicInteger> queue =
              quern.newDaemonQueue(DaemonQueueSpec.unbounded("thread-kind"), counter);
          return new Closing(queue::offer, queue::close);
        });
    race(
        scene,
        () -> {
          DaemonQueue<AtomicInteger> queue =
              quern.newDaemonQueue(DaemonQueueSpec.bounded("pool-kind", 8).pool("pool"), counter);
          return new Closing(queue::offer, queue::close);
        });
    race(
        scene,
        () -> {
          TaskContext context = quern.newTaskContext("context");
          return new Closing(
              served -> {
                context.dispatch(served::incrementAndGet);
                return true;
              },
              context::close);
        });
    race(
        scene,
        () -> {
          ThreadPool pool = quern.threadPool("jobs");
          return new Closing(
              served -> pool.newJob("job", served::incrementAndGet).submit() == Submission.QUEUED,
              pool::close);
        });
    race(
        scene,
        () -> {
          WorkQueue queue = quern.newWorkQueue("works");
          return new Closing(
              served ->
                  queue.newWork("work", served::incrementAndGet).submit() == Submission.QUEUED,
              queue::close);
        });
  }

  private record Closing(Race race, Action close) {}

  private static void race(Scene scene, Supplier<Closing> maker) {
    for (int round = 0; round < scene.times(10); round++) {
      Closing closing = maker.get();
      AtomicInteger served = new AtomicInteger();
      CountDownLatch going = new CountDownLatch(2);
      List<Async<Integer>> producers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        producers.add(scene.async(() -> produce(closing.race, served, going)));
      }
      scene.await(going);
      Assertions.assertDoesNotThrow(closing.close::run);
      int servedAtClose = served.get();
      int accepted = producers.stream().mapToInt(Async::result).sum();
      assertEquals(accepted, served.get(), "accepted and served");
      assertEquals(servedAtClose, served.get(), "served after close() returned");
      assertNotEquals(0, accepted);
    }
  }

  /** Until a submission throws, which one begun after close() has to. */
  private static int produce(Race race, AtomicInteger served, CountDownLatch going) {
    int accepted = 0;
    try {
      while (true) {
        if (race.submit(served) && accepted++ == 0) {
          going.countDown();
        }
        if (accepted % 64 == 63) {
          Thread.yield(); // on few processors the closer needs one too
        }
      }
    } catch (ClosedException expected) {
      return accepted;
    }
  }
}
