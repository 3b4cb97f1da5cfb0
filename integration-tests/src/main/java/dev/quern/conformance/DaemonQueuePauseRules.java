// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** pause, pauseAndWait and resume (D13). */
public class DaemonQueuePauseRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Conformance
  @Rule("D13")
  void pausesNest(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.bounded(3), log);
          queue.pause();
          queue.pauseAndWait();
          assertTrue(queue.offerAll(List.of(1, 2, 3)), "a paused queue accepts");
          assertFalse(queue.offer(4));
          queue.resume();
          assertFalse(queue.flush(Waiter.GLANCE));
          assertEquals(List.of(), log.events(), "one pause is left");
          queue.resume();
          queue.flush();
          assertEquals(List.of(1, 2, 3, END), log.events());
        });
  }

  @Conformance
  @Rule("D13")
  void resumeWithoutPauseIsMisuse(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          MisuseException misuse = assertThrows(MisuseException.class, queue::resume);
          assertTrue(misuse.getMessage().contains(kind.title()), misuse.getMessage());
          queue.pause();
          queue.resume();
          assertThrows(MisuseException.class, queue::resume);
          queue.pause();
          queue.add(1);
          assertFalse(queue.flush(Waiter.GLANCE), "the misuse counted for nothing");
          queue.resume();
          queue.flush();
          assertEquals(List.of(1, END), log.events());
        });
  }

  @Conformance
  @Rule("D13")
  void afterPauseAtMostOneMoreCallBeginsAndAfterPauseAndWaitNone(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicInteger begun = new AtomicInteger();
          AtomicBoolean inside = new AtomicBoolean();
          AtomicBoolean stop = new AtomicBoolean();
          DaemonQueue<Integer> queue =
              kind.make(
                  scene.quern(),
                  kind.bounded(64).maxBatch(8),
                  item -> {
                    begun.incrementAndGet();
                    inside.set(true);
                    Thread.onSpinWait();
                    inside.set(false);
                  });
          Crew producer =
              Crew.start(
                  scene,
                  1,
                  (id, random) -> {
                    while (!stop.get()) {
                      queue.put(1);
                    }
                  });
          for (int round = 0; round < scene.times(60); round++) {
            queue.pause();
            int atPause = begun.get();
            Crew.pause(scene.random());
            queue.pauseAndWait();
            assertFalse(inside.get(), "pauseAndWait returned during a call");
            int atRest = begun.get();
            assertTrue(atRest <= atPause + 1, () -> (atRest - atPause) + " calls after pause");
            Crew.pause(scene.random());
            Thread.yield();
            assertEquals(atRest, begun.get(), "a call began while paused");
            queue.resume();
            queue.resume();
            Crew.pause(scene.random());
          }
          stop.set(true);
          producer.join();
        });
  }

  @Conformance
  @Rule("D13")
  void pauseAndWaitReturnsWhenNoCallIsGoingOn(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2, 3));
          gate.awaitReached();
          Async<Integer> pause =
              Waiter.start(
                  scene,
                  () -> {
                    queue.pauseAndWait();
                    return log.items().size();
                  });
          gate.open();
          int handled = pause.result();
          assertTrue(handled <= 2);
          assertFalse(queue.flush(Waiter.GLANCE));
          assertEquals(handled, log.items().size());
          queue.resume();
          queue.flush();
          assertEquals(List.of(1, 2, 3), log.items());
        });
  }

  @Conformance
  @Rule({"D13", "G4"})
  void aPauseWhoseWaitEndsEarlyStaysInEffect(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2, 3));
          gate.awaitReached();
          assertFalse(queue.pauseAndWait(Waiter.GLANCE));
          assertFalse(queue.pauseAndWait(Duration.ZERO));
          Async<?> pause = Waiter.start(scene, () -> queue.pauseAndWait());
          pause.interrupt();
          assertInstanceOf(InterruptedException.class, pause.thrown());
          gate.open();
          assertTrue(queue.pauseAndWait(LONG));
          assertTrue(queue.pauseAndWait(Duration.ZERO), "nothing goes on, so no waiting");
          int handled = log.items().size();
          assertTrue(handled <= 2, "more than one call began after the first pause");
          for (int i = 0; i < 4; i++) {
            queue.resume();
          }
          assertFalse(queue.flush(Waiter.GLANCE), "five pauses, four resumes");
          assertEquals(handled, log.items().size());
          queue.resume();
          queue.flush();
          assertThrows(MisuseException.class, queue::resume);
          assertEquals(List.of(1, 2, 3), log.items());
        });
  }

  @Conformance
  @Rule({"D13", "G6"})
  void fromInsidePauseIsAllowedAndPauseAndWaitIsMisuse(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicReference<DaemonQueue<Integer>> itself = new AtomicReference<>();
          BatchLog log = new BatchLog();
          log.at(
              1,
              () -> {
                assertThrows(MisuseException.class, () -> itself.get().pauseAndWait());
                assertThrows(MisuseException.class, () -> itself.get().pauseAndWait(LONG));
                assertThrows(MisuseException.class, () -> itself.get().pauseAndWait(Duration.ZERO));
              });
          log.at(3, () -> itself.get().pause());
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), log);
          itself.set(queue);
          queue.offerAll(List.of(1, 2, 3, 4, 5, 6));
          queue.activate();
          scene.eventually("the batch ended", () -> log.events().contains(END));
          assertFalse(queue.flush(Waiter.GLANCE));
          int handled = log.items().size();
          assertTrue(handled == 3 || handled == 4, "handled " + log.events());
          queue.resume();
          queue.flush();
          assertEquals(List.of(1, 2, 3, 4, 5, 6), log.items());
          assertThrows(MisuseException.class, queue::resume, "the misuse paused nothing");
        });
  }

  @Conformance
  @Rule({"D13", "D6"})
  void closeEndsEveryPauseAndAfterItResumeDoesNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.pause();
          queue.pauseAndWait();
          queue.offerAll(List.of(1, 2));
          queue.close();
          assertEquals(List.of(1, 2, END), log.events());
          for (int i = 0; i < 4; i++) {
            queue.resume();
          }
        });
  }

  @Conformance
  @Rule({"D13", "D5"})
  void aQueuePausedWhileInactiveWaitsForBoth(Scene scene) throws Exception {
    for (boolean activateFirst : new boolean[] {false, true}) {
      DaemonKind.each(
          kind -> {
            BatchLog log = new BatchLog();
            DaemonQueue<Integer> queue =
                kind.make(scene.quern(), kind.unbounded().inactive(true), log);
            queue.pause();
            queue.add(1);
            if (activateFirst) {
              queue.activate();
            } else {
              queue.resume();
            }
            assertFalse(queue.flush(Waiter.GLANCE));
            assertEquals(List.of(), log.events());
            if (activateFirst) {
              queue.resume();
            } else {
              queue.activate();
            }
            queue.flush();
            assertEquals(List.of(1, END), log.events());
            queue.close();
          });
    }
  }

  @Conformance
  @Rule("D13")
  void aPausedTargetBeginsNoChildsTurn(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    BatchLog deep = new BatchLog();
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("t"), new BatchLog());
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c"), log);
    DaemonQueue<Integer> grandchild = child.newChild(DaemonQueueSpec.unbounded("g"), deep);
    target.pauseAndWait();
    child.offerAll(List.of(1, 2));
    grandchild.offer(3);
    target.offer(0);
    assertFalse(child.flush(Waiter.GLANCE));
    assertEquals(List.of(), log.events());
    assertEquals(List.of(), deep.events());
    target.resume();
    child.flush();
    grandchild.flush();
    assertEquals(List.of(1, 2, END), log.events());
    assertEquals(List.of(3, END), deep.events());
  }

  @Conformance
  @Rule({"D13", "D4"})
  void aChildsTurnThatHasBegunRunsToItsEnd(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    Gate gate = log.gateAt(1);
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("t"), new BatchLog());
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c").maxBatch(3), log);
    child.offerAll(List.of(1, 2, 3, 4, 5));
    gate.awaitReached();
    target.pause();
    gate.open();
    log.awaitEvents(scene, 4);
    assertFalse(child.flush(Waiter.GLANCE));
    assertEquals(List.of(1, 2, 3, END), log.events());
    target.resume();
    child.flush();
    assertEquals(List.of(1, 2, 3, END, 4, 5, END), log.events());
  }

  @Conformance
  @Rule({"D13", "D3"})
  void noItemIsForgottenBetweenPauseAndResume(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicInteger handled = new AtomicInteger();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded(), item -> handled.incrementAndGet());
          int each = scene.times(300);
          Crew pausers =
              Crew.start(
                  scene,
                  2,
                  (id, random) -> {
                    for (int i = 0; i < each; i++) {
                      queue.pause();
                      Crew.pause(random);
                      queue.resume();
                      Crew.pause(random);
                    }
                  });
          for (int i = 1; i <= each; i++) {
            queue.add(i);
            Crew.pause(scene.random());
            if (i % 10 == 0) {
              assertTrue(queue.flush(Scene.LIMIT), "a lost wake-up");
              assertEquals(i, handled.get());
            }
          }
          pausers.join();
        });
  }
}
