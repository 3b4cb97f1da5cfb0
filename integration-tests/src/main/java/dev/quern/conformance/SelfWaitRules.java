// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Waiting for oneself is misuse, not a hang: rule G6. */
public final class SelfWaitRules {
  private static final Duration LONG = Duration.ofHours(1);

  /** Somewhere that code can be made to run. */
  private interface Place {
    void run(Action code) throws Exception;
  }

  /** What the code throws there, or null. */
  private static @Nullable Throwable inside(Place place, Action code) throws Exception {
    CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
    place.run(
        () -> {
          try {
            code.run();
            outcome.complete(null);
          } catch (Throwable thrown) {
            outcome.complete(thrown);
          }
        });
    return outcome.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void assertMisuse(Place place, String name, Map<String, Action> waits)
      throws Exception {
    for (Map.Entry<String, Action> wait : waits.entrySet()) {
      Throwable thrown = inside(place, wait.getValue());
      MisuseException misuse = assertInstanceOf(MisuseException.class, thrown, wait.getKey());
      assertTrue(
          String.valueOf(misuse.getMessage()).contains(name),
          () -> wait.getKey() + " does not name " + name + ": " + misuse.getMessage());
    }
  }

  private static Map<String, Action> waits(DaemonQueue<?> queue) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("flush", queue::flush);
    waits.put("flush(limit)", () -> queue.flush(LONG));
    waits.put("flush(zero)", () -> queue.flush(Duration.ZERO));
    waits.put("pauseAndWait", queue::pauseAndWait);
    waits.put("pauseAndWait(limit)", () -> queue.pauseAndWait(LONG));
    waits.put("close", queue::close);
    waits.put("close(limit)", () -> queue.close(LONG));
    waits.put("closeNow", queue::closeNow);
    return waits;
  }

  private static Map<String, Action> waits(Work work) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("work.cancelAndWait", work::cancelAndWait);
    waits.put("work.cancelAndWait(limit)", () -> work.cancelAndWait(LONG));
    waits.put("work.disableAndWait", work::disableAndWait);
    waits.put("work.disableAndWait(limit)", () -> work.disableAndWait(LONG));
    waits.put("work.flush", work::flush);
    waits.put("work.flush(limit)", () -> work.flush(LONG));
    waits.put("work.flush(zero)", () -> work.flush(Duration.ZERO));
    waits.put("work.close", work::close);
    waits.put("work.close(limit)", () -> work.close(LONG));
    return waits;
  }

  private static Map<String, Action> waits(WorkQueue queue) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("flush", queue::flush);
    waits.put("flush(limit)", () -> queue.flush(LONG));
    waits.put("drain", queue::drain);
    waits.put("drain(limit)", () -> queue.drain(LONG));
    waits.put("close", queue::close);
    waits.put("close(limit)", () -> queue.close(LONG));
    return waits;
  }

  private static Map<String, Action> waits(TaskContext context) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("barrier", context::barrier);
    waits.put("barrier(limit)", () -> context.barrier(LONG));
    waits.put("barrier(zero)", () -> context.barrier(Duration.ZERO));
    waits.put("call", () -> context.call(() -> "never"));
    waits.put("call(limit)", () -> context.call(() -> "never", LONG));
    waits.put("close", context::close);
    waits.put("close(limit)", () -> context.close(LONG));
    return waits;
  }

  private static Map<String, Action> waits(Quern quern) {
    return Map.of("quern.close", quern::close, "quern.close(limit)", () -> quern.close(LONG));
  }

  private static DaemonQueue<Action> daemonQueue(Scene scene, DaemonQueueSpec spec) {
    Handler<Action> handler = Action::run;
    return scene.quern().newDaemonQueue(spec, handler);
  }

  private static void assertWorks(DaemonQueue<Action> queue) throws Exception {
    assertFalse(queue.isClosed());
    CompletableFuture<String> ran = new CompletableFuture<>();
    queue.add(() -> ran.complete("ran"));
    queue.flush();
    assertEquals("ran", ran.getNow("not"), "a misuse changed something");
  }

  @Conformance
  @Rule({"G6", "G1"})
  void aDaemonQueueThatWaitsForItself(Scene scene) throws Exception {
    DaemonQueue<Action> queue = daemonQueue(scene, DaemonQueueSpec.unbounded("self"));
    assertMisuse(queue::add, "self", waits(queue));
    assertWorks(queue);
  }

  @Conformance
  @Rule({"G6", "G16"})
  void aBatchEndThatWaitsForItsQueue(Scene scene) throws Exception {
    AtomicReference<@Nullable Action> atEnd = new AtomicReference<>();
    Handler<Action> handler =
        Handler.of(
            item -> atEnd.set(item),
            () -> {
              Action code = atEnd.getAndSet(null);
              if (code != null) {
                code.run();
              }
            });
    DaemonQueue<Action> queue =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("ends"), handler);
    assertMisuse(queue::add, "ends", waits(queue));
    assertFalse(queue.isClosed());
  }

  @Conformance
  @Rule({"G6", "D12"})
  void aDrainerThatWouldWaitForRoomInItsOwnQueueTargetOrChild(Scene scene) throws Exception {
    DaemonQueue<Action> target = daemonQueue(scene, DaemonQueueSpec.bounded("target", 1));
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> child = target.newChild(DaemonQueueSpec.bounded("child", 1), handler);
    Action nothing = () -> {};
    for (DaemonQueue<Action> from : List.of(target, child)) {
      for (DaemonQueue<Action> full : List.of(target, child)) {
        Place place = from::put;
        Throwable thrown =
            inside(
                place,
                () -> {
                  full.offer(nothing);
                  assertFalse(full.offer(nothing), "offer refuses, also in the drainer");
                  assertFalse(full.offer(nothing, Duration.ZERO), "nothing to wait for");
                  full.put(nothing);
                });
        assertInstanceOf(MisuseException.class, thrown, "put from " + from + " into " + full);
        thrown =
            inside(
                from::put,
                () -> {
                  full.offer(nothing);
                  full.offer(nothing, LONG);
                });
        assertInstanceOf(MisuseException.class, thrown, "offer from " + from + " into " + full);
      }
    }
  }

  @Conformance
  @Rule("G6")
  void nestedQueuesThatWaitForEachOther(Scene scene) throws Exception {
    DaemonQueue<Action> target = daemonQueue(scene, DaemonQueueSpec.unbounded("target"));
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> child = target.newChild(DaemonQueueSpec.unbounded("child"), handler);
    DaemonQueue<Action> sibling = target.newChild(DaemonQueueSpec.unbounded("sibling"), handler);
    DaemonQueue<Action> grandchild =
        child.newChild(DaemonQueueSpec.unbounded("grandchild"), handler);
    Map<String, DaemonQueue<Action>> family =
        Map.of("target", target, "child", child, "sibling", sibling, "grandchild", grandchild);
    for (DaemonQueue<Action> from : family.values()) {
      for (Map.Entry<String, DaemonQueue<Action>> to : family.entrySet()) {
        assertMisuse(from::add, to.getKey(), waits(to.getValue()));
      }
    }
    for (DaemonQueue<Action> queue : family.values()) {
      assertWorks(queue);
    }
  }

  @Conformance
  @Rule("G6")
  void aJobThatWaitsForItselfOrItsPool(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    AtomicReference<Action> code = new AtomicReference<>(() -> {});
    Job job = pool.newJob("own", () -> code.get().run());
    Place place =
        action -> {
          job.cancelAndWait();
          code.set(action);
          job.submit();
        };
    assertMisuse(place, "own", Map.of("cancelAndWait", job::cancelAndWait));
    assertMisuse(place, "own", Map.of("cancelAndWait(limit)", () -> job.cancelAndWait(LONG)));
    assertMisuse(
        place, "pool", Map.of("close", pool::close, "close(limit)", () -> pool.close(LONG)));
    assertFalse(pool.isClosed());
    assertFalse(job.isClosed());
  }

  @Conformance
  @Rule("G6")
  void theOnlyWorkerOfAPoolThatWaitsForWhatRunsThere(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("single").maxThreads(1));
    Job other = pool.newJob("other", () -> {});
    DaemonQueue<Action> served =
        daemonQueue(scene, DaemonQueueSpec.unbounded("served").pool("single"));
    Place place = code -> pool.newJob("asks", code).submit();
    assertMisuse(place, "other", Map.of("cancelAndWait", other::cancelAndWait));
    assertMisuse(place, "other", Map.of("job.close", other::close));
    assertMisuse(place, "served", waits(served));
    assertMisuse(served::add, "other", Map.of("from the drainer", other::cancelAndWait));
    assertWorks(served);
  }

  @Conformance
  @Rule("G6")
  void aContextThatWaitsForItself(Scene scene) throws Exception {
    TaskContext context = scene.quern().newTaskContext("inside");
    assertMisuse(context::dispatch, "inside", waits(context));
    assertFalse(context.isClosed());
    Throwable nested =
        inside(context::dispatch, () -> context.newTask("again", () -> {}).dispatch());
    assertEquals(null, nested, "what does not wait is allowed");
    assertEquals("done", context.<String, RuntimeException>call(() -> "done"));
  }

  @Conformance
  @Rule({"G6", "T9"})
  void aContextHandedToAPoolStillKnowsItsRunner(Scene scene) throws Exception {
    scene.quern().threadPool("helpers");
    TaskContext context =
        scene.quern().newTaskContext(TaskContextSpec.named("moved").maxInline(0).pool("helpers"));
    Blocked blocked = new Blocked();
    scene.thread(() -> context.dispatch(blocked));
    blocked.awaitEntered(scene);
    Place place =
        code -> {
          context.dispatch(code);
          blocked.release();
        };
    assertMisuse(place, "moved", Map.of("barrier", context::barrier));
  }

  @Conformance
  @Rule({"G6", "W23"})
  void aWorkItemThatWaitsForItselfOrItsQueue(Scene scene) throws Exception {
    for (WorkQueueSpec spec :
        List.of(
            WorkQueueSpec.named("plain").maxActive(4),
            WorkQueueSpec.named("single").maxActive(1),
            WorkQueueSpec.ordered("ordered"))) {
      WorkQueue queue = scene.quern().newWorkQueue(spec);
      AtomicReference<Action> code = new AtomicReference<>(() -> {});
      Work work = queue.newWork("item", () -> code.get().run());
      Place place =
          action -> {
            work.flush();
            code.set(action);
            work.submit();
          };
      assertMisuse(place, "item", waits(work));
      assertMisuse(place, spec.name(), waits(queue));
      assertFalse(work.isClosed());
      assertFalse(queue.isClosed());
      work.flush();
      assertEquals(Submission.QUEUED, work.submit(), "a misuse changed something");
    }
  }

  @Conformance
  @Rule("G6")
  void aWorkItemMayWaitForAnotherOnlyWhereBothCanRunAtOnce(Scene scene) throws Exception {
    for (int maxActive : new int[] {1, 2}) {
      WorkQueue queue =
          scene.quern().newWorkQueue(WorkQueueSpec.named("max-" + maxActive).maxActive(maxActive));
      Work other = queue.newWork("other", () -> {});
      Place place = code -> queue.newWork("asks", code).submit();
      if (maxActive == 1) {
        assertMisuse(place, "other", waits(other));
      } else {
        other.submit();
        assertEquals(null, inside(place, other::flush));
        assertEquals(null, inside(place, () -> other.cancelAndWait(LONG)));
      }
      assertEquals(Submission.QUEUED, other.submit(), "a misuse changed something");
    }
  }

  @Conformance
  @Rule("G6")
  void closingTheRuntimeFromInsideOneOfItsPrimitives(Scene scene) throws Exception {
    Quern quern = scene.quern();
    DaemonQueue<Action> daemon = daemonQueue(scene, DaemonQueueSpec.unbounded("daemon"));
    TaskContext context = quern.newTaskContext("context");
    ThreadPool pool = quern.threadPool("pool");
    WorkQueue queue = quern.newWorkQueue("works");
    Map<String, Place> places =
        Map.of(
            "daemon",
            daemon::add,
            "context",
            context::dispatch,
            "pool",
            code -> pool.newJob("asks", code).submit(),
            "works",
            code -> queue.newWork("asks", code).submit());
    for (Map.Entry<String, Place> place : places.entrySet()) {
      assertMisuse(place.getValue(), place.getKey(), waits(quern));
    }
    assertWorks(daemon);
  }

  @Conformance
  @Rule({"G6", "G16"})
  void aFailureHandlerCountsAsInside(Scene scene) throws Exception {
    CompletableFuture<Throwable> answer = new CompletableFuture<>();
    AtomicReference<@Nullable DaemonQueue<Action>> failing = new AtomicReference<>();
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                failure -> {
                  try {
                    DaemonQueue<Action> queue = failing.get();
                    if (queue != null) {
                      queue.flush();
                    }
                    answer.complete(new AssertionError("flush returned"));
                  } catch (Throwable thrown) {
                    answer.complete(thrown);
                  }
                }));
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> queue = quern.newDaemonQueue(DaemonQueueSpec.unbounded("failing"), handler);
    failing.set(queue);
    queue.add(
        () -> {
          throw new IllegalArgumentException("on purpose");
        });
    assertInstanceOf(
        MisuseException.class, answer.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    queue.flush();
  }

  @Conformance
  @Rule("G6")
  void whatDoesNotWaitIsAllowedInside(Scene scene) throws Exception {
    DaemonQueue<Action> daemon = daemonQueue(scene, DaemonQueueSpec.unbounded("daemon"));
    WorkQueue queue = scene.quern().newWorkQueue("works");
    Work work = queue.newWork("item", () -> {});
    assertEquals(null, inside(daemon::add, daemon::pause));
    daemon.resume();
    assertEquals(null, inside(daemon::add, work::flush), "another primitive may be waited for");
    Place place = code -> queue.newWork("asks", code).submit();
    assertEquals(null, inside(place, () -> daemon.flush()));
    assertEquals(null, inside(place, () -> assertEquals(Cancellation.IDLE, work.cancelAndWait())));
  }
}
