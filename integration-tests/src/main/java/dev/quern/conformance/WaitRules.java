// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.CpuPools;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.MisuseException;
import dev.quern.Primitive;
import dev.quern.SystemQueue;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Waits and closes, on every primitive: rules G4, G8, G19. */
public final class WaitRules {
  private static final Duration LONG = Duration.ofHours(1);

  @Conformance
  @Rule("G4")
  void aWaitOfZeroOrLessIsOneLook(Scene scene) throws Exception {
    for (Duration limit : List.of(Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE))) {
      giveUpEach(scene, limit);
    }
  }

  @Conformance
  @Rule("G4")
  void aWaitEndsAtItsLimitAndLeavesThePrimitiveConsistent(Scene scene) throws Exception {
    giveUpEach(scene, Duration.ofMillis(1));
  }

  private static void giveUpEach(Scene scene, Duration limit) throws Exception {
    for (Map.Entry<String, Waits.Setting> wait : Waits.all().entrySet()) {
      Waits.Situation situation = wait.getValue().in(scene);
      Object answer = situation.timed().await(limit);
      assertTrue(
          situation.gaveUp().apply(answer),
          () -> wait.getKey() + " within " + limit + ": " + answer);
      after(wait.getKey(), situation);
    }
  }

  private static void after(String name, Waits.Situation situation) {
    assertDoesNotThrow(situation.afterGivingUp()::run, () -> "after " + name + " was given up");
  }

  @Conformance
  @Rule("G4")
  void everyWaitIsInterruptible(Scene scene) throws Exception {
    for (Map.Entry<String, Waits.Setting> wait : Waits.all().entrySet()) {
      for (boolean timed : new boolean[] {true, false}) {
        Waits.Situation situation = wait.getValue().in(scene);
        if (timed || situation.untimed() != null) {
          Async<?> waiter = scene.async(() -> await(situation, timed)).awaitWaiting();
          waiter.interrupt();
          assertInstanceOf(
              InterruptedException.class, waiter.thrown(), wait.getKey() + ", timed: " + timed);
          after(wait.getKey(), situation);
        } else {
          situation.release().run();
        }
      }
    }
  }

  @Conformance
  @Rule("G4")
  void aWaitByAnInterruptedThreadEndsAtOnce(Scene scene) throws Exception {
    for (Map.Entry<String, Waits.Setting> wait : Waits.all().entrySet()) {
      Waits.Situation situation = wait.getValue().in(scene);
      Async<?> waiter =
          scene.async(
              () -> {
                Thread.currentThread().interrupt();
                return await(situation, true);
              });
      assertInstanceOf(InterruptedException.class, waiter.thrown(), wait.getKey());
      after(wait.getKey(), situation);
    }
  }

  @Conformance
  @Rule("G4")
  void everyWaitEndsWhenWhatItWaitsForHappens(Scene scene) throws Exception {
    for (Map.Entry<String, Waits.Setting> wait : Waits.all().entrySet()) {
      for (boolean timed : new boolean[] {true, false}) {
        Waits.Situation situation = wait.getValue().in(scene);
        if (timed || situation.untimed() != null) {
          Async<?> waiter = scene.async(() -> await(situation, timed)).awaitWaiting();
          situation.release().run();
          Object answer = waiter.result();
          assertFalse(
              timed && situation.gaveUp().apply(answer), () -> wait.getKey() + ": " + answer);
        } else {
          situation.release().run();
        }
      }
    }
  }

  private static Object await(Waits.Situation situation, boolean timed) throws Exception {
    if (timed) {
      Object answer = situation.timed().await(LONG);
      return answer == null ? "null" : answer;
    }
    Action untimed = situation.untimed();
    if (untimed != null) {
      untimed.run();
    }
    return "returned";
  }

  @Conformance
  @Rule("G4")
  void closeIsNotInterruptibleAndRestoresTheFlag(Scene scene) throws Exception {
    for (Map.Entry<String, Function<Blocked, Primitive>> busy : busy(scene).entrySet()) {
      Blocked blocked = new Blocked();
      Primitive primitive = busy.getValue().apply(blocked);
      blocked.awaitEntered(scene);
      Async<Boolean> closing =
          scene.async(
              () -> {
                Thread.currentThread().interrupt();
                primitive.close();
                return Thread.currentThread().isInterrupted();
              });
      closing.awaitWaiting();
      closing.interrupt();
      assertFalse(closing.isDone(), busy.getKey() + ".close() was interrupted");
      blocked.release();
      assertTrue(closing.result(), busy.getKey() + ".close() swallowed the interrupt flag");
    }
  }

  @Conformance
  @Rule({"G4", "D11"})
  void closeNowIsNotInterruptibleAndRestoresTheFlag(Scene scene) {
    Blocked blocked = new Blocked();
    DaemonQueue<Action> queue = daemonQueue(scene);
    queue.add(blocked);
    blocked.awaitEntered(scene);
    Action unhandled = () -> {};
    queue.add(unhandled);
    Async<Boolean> closing =
        scene.async(
            () -> {
              Thread.currentThread().interrupt();
              assertEquals(List.of(unhandled), queue.closeNow());
              return Thread.currentThread().isInterrupted();
            });
    closing.awaitWaiting();
    blocked.release();
    assertTrue(closing.result());
  }

  @Conformance
  @Rule("G19")
  void everyCloseIsIdempotent(Scene scene) throws Exception {
    for (Map.Entry<String, Function<Blocked, Primitive>> busy : busy(scene).entrySet()) {
      Blocked blocked = new Blocked();
      Primitive primitive = busy.getValue().apply(blocked);
      assertFalse(primitive.isClosed(), busy.getKey());
      blocked.release();
      primitive.close();
      primitive.close();
      assertTrue(primitive.isClosed(), busy.getKey());
      assertEquals(List.of(), primitive.close(Duration.ZERO), busy.getKey());
    }
    scene.quern().close();
    scene.quern().close();
    assertEquals(List.of(), scene.quern().close(Duration.ZERO));
  }

  @Conformance
  @Rule("G19")
  void aCloseThatFindsAnotherInProgressWaitsForIt(Scene scene) {
    for (Map.Entry<String, Function<Blocked, Primitive>> busy : busy(scene).entrySet()) {
      Blocked blocked = new Blocked();
      Primitive primitive = busy.getValue().apply(blocked);
      blocked.awaitEntered(scene);
      List<Async<?>> closing = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        closing.add(
            scene.async(
                () -> {
                  primitive.close();
                  return blocked;
                }));
      }
      closing.forEach(Async::awaitWaiting);
      assertTrue(
          closing.stream().noneMatch(Async::isDone), busy.getKey() + ".close() did not wait");
      blocked.release();
      closing.forEach(Async::result);
    }
  }

  @Conformance
  @Rule({"G19", "W13"})
  void closingWhatTheSystemOwnsIsMisuse(Scene scene) {
    for (SystemQueue which : SystemQueue.values()) {
      WorkQueue queue = scene.quern().systemQueue(which);
      for (Action close :
          List.<Action>of(
              queue::close, () -> queue.close(LONG), () -> queue.close(Duration.ZERO))) {
        MisuseException misuse =
            Assertions.assertThrows(MisuseException.class, close::run, queue.name());
        assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
      }
      assertFalse(queue.isClosed());
      queue.newWork("still there", () -> {}).submit();
    }
  }

  /** Primitives, each with a run that is inside the blocked code, or soon will be. */
  private static Map<String, Function<Blocked, Primitive>> busy(Scene scene) {
    return Map.of(
        "DaemonQueue",
        blocked -> {
          DaemonQueue<Action> queue = daemonQueue(scene);
          queue.add(blocked);
          return queue;
        },
        "ThreadPool",
        blocked -> {
          ThreadPool pool = scene.quern().threadPool(Waits.freshName("pool"));
          pool.newJob("busy", blocked).submit();
          return pool;
        },
        "CpuPools",
        blocked -> {
          CpuPools pools = scene.quern().cpuPools(ThreadPoolSpec.named(Waits.freshName("pools")));
          pools.remote(0).newJob("busy", blocked).submit();
          return pools;
        },
        "Job",
        blocked -> {
          var job = scene.quern().threadPool(Waits.freshName("pool")).newJob("busy", blocked);
          job.submit();
          return job;
        },
        "TaskContext",
        blocked -> {
          TaskContext context = scene.quern().newTaskContext(Waits.freshName("context"));
          CountDownLatch begun = new CountDownLatch(1);
          scene.thread(
              () ->
                  context.dispatch(
                      () -> {
                        begun.countDown();
                        blocked.run();
                      }));
          scene.await(begun);
          return context;
        },
        "WorkQueue",
        blocked -> {
          WorkQueue queue = scene.quern().newWorkQueue(Waits.freshName("work"));
          queue.newWork("busy", blocked).submit();
          return queue;
        },
        "Work",
        blocked -> {
          var work = scene.quern().newWorkQueue(Waits.freshName("work")).newWork("busy", blocked);
          work.submit();
          return work;
        });
  }

  private static DaemonQueue<Action> daemonQueue(Scene scene) {
    Handler<Action> handler = Action::run;
    return scene
        .quern()
        .newDaemonQueue(DaemonQueueSpec.unbounded(Waits.freshName("daemon")), handler);
  }

  @Conformance
  @Rule("G8")
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with JDK 21")
  void everyWaitMayBeMadeFromAVirtualThread(Scene scene) throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    List<Waits.Situation> situations = new ArrayList<>();
    List<Thread> waiters = new ArrayList<>();
    for (int round = 0; round <= carriers; round++) {
      for (Waits.Setting setting : Waits.all().values()) {
        Waits.Situation situation = setting.in(scene);
        situations.add(situation);
        waiters.add(virtualThread(() -> await(situation, situation.untimed() == null)));
      }
    }
    waiters.forEach(scene::awaitWaiting);
    // With every carrier pinned there would be none left to run this one.
    CountDownLatch ran = new CountDownLatch(1);
    virtualThread(ran::countDown);
    scene.await(ran);
    situations.forEach(situation -> situation.release().run());
    for (Thread waiter : waiters) {
      waiter.join(Scene.LIMIT.toMillis());
      assertFalse(waiter.isAlive(), () -> "still waiting: " + Scene.stack(waiter.getStackTrace()));
    }
  }

  /** By name, as this is compiled for a release that has none. */
  private static Thread virtualThread(Action code) throws ReflectiveOperationException {
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    Runnable body =
        () -> {
          try {
            code.run();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    return (Thread) start.invoke(null, body);
  }
}
