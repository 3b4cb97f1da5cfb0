// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Batch;
import dev.quern.Failure;
import dev.quern.Kind;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The non-empty signal: when it is armed, and that it then runs exactly once (Q11). */
public class QueueSignalRules {
  private final AtomicInteger signals = new AtomicInteger();

  private List<Queue<Integer>> bothKinds(Scene scene) {
    return List.of(
        scene.quern().newQueue(QueueSpec.bounded("b", 8), signals::incrementAndGet),
        scene.quern().newQueue(QueueSpec.unbounded("u"), signals::incrementAndGet));
  }

  /** A queue whose signal has run once and is not armed; one item is in it. */
  private void disarmed(Queue<Integer> queue) {
    signals.set(0);
    queue.add(0);
    assertEquals(1, signals.get(), "armed at creation");
    queue.add(1);
    assertEquals(1, signals.get(), "not armed");
    assertEquals(0, queue.poll());
    queue.add(2);
    assertEquals(1, signals.get(), "a poll that answers an item arms nothing");
    assertEquals(1, queue.poll());
    assertEquals(1, queue.size());
  }

  /** The next append runs the signal, and no other does. */
  private void isArmedOnce(Queue<Integer> queue) {
    int before = signals.get();
    queue.add(10);
    assertEquals(before + 1, signals.get(), "armed, so the next append runs it");
    queue.add(11);
    assertEquals(before + 1, signals.get(), "once");
  }

  @Conformance
  @Rule("Q11")
  void theSignalIsArmedAtCreationAndRunsOnce(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      signals.set(0);
      isArmedOnce(queue);
    }
  }

  @Conformance
  @Rule("Q11")
  void aPollThatTakesTheLastItemArmsNothing(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(2, queue.poll());
      queue.add(3);
      assertEquals(1, signals.get());
    }
  }

  @Conformance
  @Rule("Q11")
  void aPollThatAnswersNullArmsTheSignal(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(2, queue.poll());
      assertNull(queue.poll());
      assertNull(queue.poll());
      isArmedOnce(queue);
      QueueRules.drain(queue);
      assertNull(queue.poll(Duration.ZERO));
      isArmedOnce(queue);
    }
  }

  @Conformance
  @Rule("Q11")
  void aDrainToThatReturnsFewerThanItsLimitArmsTheSignal(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(1, queue.drainTo(item -> {}, 2));
      isArmedOnce(queue);
      assertEquals(2, queue.drainTo(item -> {}, 3));
      assertEquals(0, queue.drainTo(item -> {}, 1));
      isArmedOnce(queue);
    }
  }

  @Conformance
  @Rule("Q11")
  void aDrainToThatReachesItsLimitArmsNothing(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(1, queue.drainTo(item -> {}, 1));
      queue.add(3);
      assertEquals(1, signals.get());
    }
  }

  @Conformance
  @Rule("Q11")
  void detachArmsTheSignalAlsoWhenItIsEmpty(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      queue.detach();
      isArmedOnce(queue);
      QueueRules.drain(queue);
      isArmedOnce(queue);
      queue.detach();
      queue.detach();
      isArmedOnce(queue);
    }
  }

  @Conformance
  @Rule("Q11")
  void aTakeThatBeginsToWaitArmsTheSignal(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(2, queue.take());
      queue.add(3);
      assertEquals(1, signals.get(), "a take that need not wait arms nothing");
      assertEquals(3, queue.take());
      Async<Integer> taker = Waiter.start(scene, queue::take);
      queue.add(4);
      assertEquals(2, signals.get());
      assertEquals(4, taker.result());
      queue.add(5);
      assertEquals(2, signals.get());
    }
  }

  @Conformance
  @Rule("Q11")
  void aTimedPollThatBeginsToWaitArmsTheSignal(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      disarmed(queue);
      assertEquals(2, queue.poll(Duration.ofSeconds(60)));
      queue.add(3);
      assertEquals(1, signals.get(), "a timed poll that need not wait arms nothing");
      assertEquals(3, queue.poll());
      Async<Integer> poller = Waiter.start(scene, () -> queue.poll(Duration.ofSeconds(60)));
      queue.add(4);
      assertEquals(2, signals.get());
      assertEquals(4, poller.result());
      queue.add(5);
      assertEquals(2, signals.get());
    }
  }

  @Conformance
  @Rule("Q11")
  void eachWayToAppendRunsTheSignalWhenArmed(Scene scene) throws Exception {
    Queue<Integer> queue =
        scene
            .quern()
            .newQueue(QueueSpec.bounded("q", 8).producersWait(true), signals::incrementAndGet);
    int expected = signals.get();
    for (Waiter.Call append :
        List.<Waiter.Call>of(
            () -> queue.add(1),
            () -> queue.offer(1),
            () -> queue.put(1),
            () -> queue.offer(1, Duration.ofSeconds(60)),
            () -> queue.offerAll(List.of(1, 2, 3)))) {
      append.run();
      assertEquals(++expected, signals.get());
      QueueRules.drain(queue);
    }
    queue.offerAll(List.of());
    assertEquals(expected, signals.get(), "nothing was appended");
  }

  @Conformance
  @Rule("Q11")
  void theSignalRunsOnTheThreadOfTheAppendAfterItsItemIsVisible(Scene scene) {
    for (QueueSpec spec : List.of(QueueSpec.bounded("q", 8), QueueSpec.unbounded("q"))) {
      AtomicReference<Queue<Integer>> itself = new AtomicReference<>();
      List<Integer> sizes = new ArrayList<>();
      Thread me = Thread.currentThread();
      Queue<Integer> queue =
          scene
              .quern()
              .newQueue(
                  spec,
                  () -> {
                    assertSame(me, Thread.currentThread());
                    sizes.add(itself.get().size());
                    assertEquals(7, itself.get().peek());
                  });
      itself.set(queue);
      queue.add(7);
      queue.detach();
      queue.offerAll(List.of(7, 8, 9));
      assertEquals(List.of(1, 3), sizes);
    }
  }

  @Conformance
  @Rule({"Q11", "G16"})
  void theSignalMayAppendToTheQueueItself(Scene scene) {
    AtomicReference<Queue<Integer>> itself = new AtomicReference<>();
    Queue<Integer> queue =
        scene
            .quern()
            .newQueue(
                QueueSpec.unbounded("q"),
                () -> {
                  signals.incrementAndGet();
                  itself.get().add(2);
                });
    itself.set(queue);
    signals.set(0);
    queue.add(1);
    assertEquals(List.of(1, 2), QueueRules.drain(queue));
    assertEquals(1, signals.get());
  }

  @Conformance
  @Rule({"Q11", "G5"})
  void aSignalThatThrowsIsReportedAndTheAppendStands(Scene scene) {
    RuntimeException planted = new RuntimeException("planted");
    Queue<Integer> queue =
        scene
            .quern()
            .newQueue(
                QueueSpec.unbounded("noisy"),
                () -> {
                  throw planted;
                });
    assertTrue(queue.offer(1));
    assertEquals(1, scene.failures().size());
    Failure failure = scene.failures().get(0);
    assertSame(planted, failure.cause());
    assertEquals("noisy", failure.primitive());
    assertEquals(Kind.QUEUE, failure.kind());
    assertEquals(List.of(1), QueueRules.drain(queue));
  }

  @Conformance
  @Rule("Q11")
  void ofRacingAppendsExactlyOneRunsTheSignal(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      for (int round = 0; round < scene.times(40); round++) {
        signals.set(0);
        Crew.start(scene, 3, (id, random) -> queue.add(id)).join();
        assertEquals(1, signals.get(), "round " + round);
        if (round % 3 == 0) {
          QueueRules.drain(queue);
        } else if (round % 3 == 1) {
          queue.detach();
        } else {
          assertEquals(3, queue.drainTo(item -> {}, 4));
        }
      }
    }
  }

  @Conformance
  @Rule("Q11")
  void aConsumerThatSleepsUntilTheSignalMissesNothing(Scene scene) throws Exception {
    for (boolean bounded : new boolean[] {false, true}) {
      Semaphore wakeups = new Semaphore(0);
      Queue<History.Item> queue =
          scene
              .quern()
              .newQueue(
                  bounded ? QueueSpec.bounded("q", 16) : QueueSpec.unbounded("q"),
                  wakeups::release);
      History history = new History();
      int total = 2 * scene.times(800);
      Crew producers = QueueStressRules.producers(scene, queue, history, 2, total / 2);
      while (history.takenCount() < total) {
        assertTrue(
            wakeups.tryAcquire(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS), "a lost signal");
        drainUntilArmed(scene, queue, history);
      }
      producers.join();
      history.check();
    }
  }

  /** Takes until an operation has armed the signal, each time another one. */
  private static void drainUntilArmed(Scene scene, Queue<History.Item> queue, History history) {
    switch (scene.random().nextInt(3)) {
      case 0 -> {
        for (var item = queue.poll(); item != null; item = queue.poll()) {
          history.taken(item);
        }
      }
      case 1 -> {
        while (queue.drainTo(history::taken, 5) == 5) {
          Thread.onSpinWait();
        }
      }
      default -> {
        Batch<History.Item> batch = queue.detach();
        batch.forEachRemaining(history::taken);
      }
    }
  }
}
