// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.Failure;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.TaskContext;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/** A context hook that throws, and one that looks around (rule G21). */
public final class ContextHookFailureRules {
  private volatile @Nullable Throwable thrown;
  private volatile boolean answersNull;
  private volatile @Nullable Exception ofTheAction;
  private final AtomicInteger runs = new AtomicInteger();

  private Quern open(Scene scene) {
    return scene.open(OpenOptions.NONE.contextHook(this::capture));
  }

  private Action capture(Action run) {
    Throwable now = thrown;
    if (now != null) {
      throw Scene.<RuntimeException>sneak(now);
    }
    Exception later = ofTheAction;
    if (later != null) {
      return () -> {
        throw later;
      };
    }
    return answersNull ? Scene.<Action>nothing() : run;
  }

  private void assertRefuses(Executable submission) {
    for (Throwable one : List.of(new IllegalStateException("hook"), new AssertionError("hook"))) {
      thrown = one;
      assertSame(one, assertThrows(Throwable.class, submission));
    }
    thrown = null;
    answersNull = true;
    NullPointerException npe = assertThrows(NullPointerException.class, submission);
    assertTrue(String.valueOf(npe.getMessage()).contains("hook"), npe::getMessage);
    answersNull = false;
  }

  @Conformance
  @Rule("G21")
  void whereTheHookThrowsNothingIsSubmitted(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(open(scene))) {
      runs.set(0);
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(runs::incrementAndGet);
      place.hold(scene, gate);
      assertRefuses(item::submit);
      assertEquals(QUEUED, item.submit(), place::toString);
      gate.open();
      scene.eventually(place + " runs it", () -> runs.get() == 1);
      scene.eventually(place + " takes it again", () -> item.submit() == QUEUED);
      scene.eventually(place + " runs it again", () -> runs.get() >= 2);
    }
  }

  @Conformance
  @Rule("G21")
  void whereTheHookThrowsNoItemIsInTheQueue(Scene scene) throws Exception {
    Quern quern = open(scene);
    DaemonKind.each(
        kind -> {
          runs.set(0);
          DaemonQueue<String> queue =
              kind.make(quern, kind.bounded(8).inactive(true), item -> runs.incrementAndGet());
          assertRefuses(() -> queue.add("item"));
          assertRefuses(() -> queue.offer("item"));
          assertRefuses(() -> queue.put("item"));
          assertRefuses(() -> queue.offer("item", Duration.ofHours(1)));
          assertRefuses(() -> queue.offerAll(List.of("item", "item")));
          assertTrue(queue.isEmpty());
          queue.add("item");
          queue.activate();
          queue.flush();
          assertEquals(1, runs.get());
        });
  }

  @Conformance
  @Rule({"G21", "W4"})
  void whereTheHookThrowsNothingIsDelayed(Scene scene) throws Exception {
    Work work = open(scene).newWorkQueue(WorkQueueSpec.ordered("q")).newWork("work", () -> {});
    assertRefuses(() -> work.schedule(Duration.ofHours(1)));
    assertRefuses(() -> work.reschedule(Duration.ofHours(1)));
    assertRefuses(() -> work.scheduleAt(Long.MAX_VALUE / 2));
    assertFalse(work.isPending());
    assertEquals(QUEUED, work.schedule(Duration.ofHours(1)));
    work.cancel();
  }

  @Conformance
  @Rule({"G21", "T10"})
  void whereTheHookThrowsACallOrADispatchIsNotMade(Scene scene) throws Exception {
    TaskContext context = open(scene).newTaskContext("context");
    Runner runner = new Runner(scene, context);
    assertRefuses(() -> context.call(runs::incrementAndGet));
    assertRefuses(() -> context.dispatch(runs::incrementAndGet));
    runner.leave();
    context.barrier();
    assertEquals(0, runs.get());
    assertEquals(1, context.call(runs::incrementAndGet));
  }

  @Conformance
  @Rule({"G21", "G5"})
  void whatTheCapturedActionThrowsIsTheRunsFailure(Scene scene) throws Exception {
    List<Failure> failures = scene.failures();
    for (OneAtATime place : OneAtATime.all(open(scene))) {
      failures.clear();
      Exception late = new Exception("late, in " + place);
      Gate gate = new Gate();
      CountDownLatch ran = new CountDownLatch(1);
      OneAtATime.Item failing = place.newItem(() -> {});
      OneAtATime.Item next = place.newItem(ran::countDown);
      place.hold(scene, gate);
      ofTheAction = late;
      failing.submit();
      ofTheAction = null;
      next.submit();
      gate.open();
      scene.await(ran);
      assertEquals(1, failures.size(), place::toString);
      assertSame(late, failures.get(0).cause());
      assertTrue(failures.get(0).item().isPresent());
    }
  }

  @Conformance
  @Rule({"G21", "G5"})
  void whatTheCapturedActionOfAnItemThrowsCostsNoOtherItsTurn(Scene scene) throws Exception {
    List<Failure> failures = scene.failures();
    Quern quern = open(scene);
    DaemonKind.each(
        kind -> {
          failures.clear();
          List<String> handled = new CopyOnWriteArrayList<>();
          DaemonQueue<String> queue = kind.make(quern, kind.unbounded(), handled::add);
          Exception late = new Exception("late");
          ofTheAction = late;
          queue.add("a");
          ofTheAction = null;
          queue.add("b");
          queue.flush();
          assertEquals(List.of("b"), handled);
          assertSame(late, failures.get(0).cause());
          assertEquals(1, failures.size());
        });
  }

  @Conformance
  @Rule({"G21", "T10"})
  void aCallThatTheHooksActionDoesNotRunTellsItsCaller(Scene scene) throws Exception {
    List<Failure> failures = scene.failures();
    TaskContext context = open(scene).newTaskContext("context");
    Exception late = new Exception("late");
    Runner runner = new Runner(scene, context);
    ofTheAction = late;
    Async<Integer> caller = scene.async(() -> context.call(runs::incrementAndGet));
    caller.awaitWaiting();
    ofTheAction = null;
    runner.leave();
    Throwable told = caller.thrown();
    assertTrue(told instanceof IllegalStateException, String.valueOf(told));
    assertSame(late, told.getCause());
    assertEquals(1, failures.size());
    assertEquals(0, runs.get());
  }

  @Conformance
  @Rule({"G21", "G16"})
  void theHookIsAskedOnTheSubmittersThreadWithNoLockHeld(Scene scene) throws Exception {
    List<Throwable> stuck = new CopyOnWriteArrayList<>();
    List<Action> elsewhere = new ArrayList<>();
    List<Thread> askers = new CopyOnWriteArrayList<>();
    AtomicBoolean asking = new AtomicBoolean();
    Quern quern =
        scene.open(
            OpenOptions.NONE.contextHook(
                run -> {
                  if (asking.compareAndSet(false, true)) {
                    askers.add(Thread.currentThread());
                    tryElsewhere(scene, elsewhere, stuck);
                    asking.set(false);
                  }
                  return run;
                }));
    for (OneAtATime place : OneAtATime.all(quern)) {
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(() -> {});
      place.hold(scene, gate);
      askers.clear();
      elsewhere.add(item::submit);
      elsewhere.add(quern::inspect);
      item.submit();
      elsewhere.clear();
      gate.open();
      assertEquals(List.of(Thread.currentThread()), askers, place::toString);
    }
    DaemonQueue<String> queue =
        DaemonKind.THREAD.make(quern, DaemonKind.THREAD.bounded(8), i -> {});
    elsewhere.add(() -> queue.add("from elsewhere"));
    queue.add("a");
    queue.put("b");
    queue.flush();
    assertEquals(List.of(), stuck);
  }

  private static void tryElsewhere(Scene scene, List<Action> tries, List<Throwable> stuck) {
    for (Action code : List.copyOf(tries)) {
      try {
        scene
            .async(
                () -> {
                  code.run();
                  return true;
                })
            .result();
      } catch (Throwable failed) {
        stuck.add(failed);
      }
    }
  }
}
