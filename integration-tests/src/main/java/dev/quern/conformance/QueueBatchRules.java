// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Batch;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** detach and restore (Q8, Q9). */
public class QueueBatchRules {

  private static List<Integer> walk(Batch<Integer> batch) {
    List<Integer> out = new ArrayList<>();
    batch.forEachRemaining(out::add);
    return out;
  }

  @Conformance
  @Rule("Q8")
  void detachTakesAllInOrder(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2, 3));
      queue.offer(4);
      Batch<Integer> batch = queue.detach();
      assertTrue(queue.isEmpty());
      assertEquals(List.of(1, 2, 3, 4), walk(batch));
      assertFalse(batch.hasNext());
      assertThrows(NoSuchElementException.class, batch::next);
    }
  }

  @Conformance
  @Rule("Q8")
  void detachOfAnEmptyQueueIsAnEmptyBatch(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      Batch<Integer> batch = queue.detach();
      assertFalse(batch.hasNext());
      assertThrows(NoSuchElementException.class, batch::next);
      queue.restore(batch);
      assertTrue(queue.isEmpty());
    }
  }

  @Conformance
  @Rule("Q8")
  void whatIsAppendedAfterDetachIsNotInTheBatch(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2));
      Batch<Integer> batch = queue.detach();
      queue.offer(3);
      assertEquals(1, batch.next());
      queue.offer(4);
      assertEquals(List.of(2), walk(batch));
      assertEquals(List.of(3, 4), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q8")
  void theRoomIsFreeWhenDetachReturns(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 3));
    for (int round = 0; round < 5; round++) {
      assertTrue(queue.offerAll(List.of(1, 2, 3)));
      Batch<Integer> batch = queue.detach();
      assertTrue(queue.offerAll(List.of(4, 5, 6)), "before the batch is walked");
      assertFalse(queue.offer(7));
      assertEquals(List.of(1, 2, 3), walk(batch));
      assertEquals(List.of(4, 5, 6), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"Q8", "Q7"})
  void aBatchMayBeWalkedByAThreadThatIsNotTheConsumer(Scene scene) throws Exception {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2));
      Batch<Integer> batch = queue.detach();
      queue.offerAll(List.of(3, 4));
      List<List<Integer>> walked = new ArrayList<>();
      queue.drainTo(
          item -> {
            try {
              walked.add(scene.async(() -> walk(batch)).result());
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          },
          1);
      assertEquals(List.of(List.of(1, 2)), walked);
      assertEquals(List.of(4), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q8")
  void aBatchThatWasRestoredIsSpent(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2, 3));
      Batch<Integer> batch = queue.detach();
      batch.next();
      queue.restore(batch);
      assertThrows(MisuseException.class, batch::next);
      assertThrows(MisuseException.class, batch::hasNext);
      MisuseException misuse = assertThrows(MisuseException.class, () -> queue.restore(batch));
      assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
      assertEquals(List.of(2, 3), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q8")
  void aBatchIsRestoredToItsOwnQueueOnly(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      Queue<Integer> other = scene.quern().newQueue(QueueSpec.unbounded("other"));
      queue.offerAll(List.of(1, 2));
      Batch<Integer> batch = queue.detach();
      assertThrows(MisuseException.class, () -> other.restore(batch));
      assertTrue(other.isEmpty());
      assertEquals(1, batch.next(), "nothing was lost");
      queue.restore(batch);
      assertEquals(List.of(2), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q9")
  void restorePutsTheRestInFrontOfEverything(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2, 3, 4));
      Batch<Integer> batch = queue.detach();
      assertEquals(1, batch.next());
      queue.offerAll(List.of(5, 6));
      queue.restore(batch);
      queue.offer(7);
      assertEquals(6, queue.size());
      assertEquals(List.of(2, 3, 4, 5, 6, 7), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q9")
  void theBatchRestoredLastComesOutFirst(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.offerAll(List.of(1, 2));
      Batch<Integer> older = queue.detach();
      queue.offerAll(List.of(3, 4));
      Batch<Integer> newer = queue.detach();
      queue.offer(5);
      queue.restore(newer);
      queue.restore(older);
      assertEquals(1, queue.poll());
      Batch<Integer> all = queue.detach();
      queue.offer(6);
      queue.restore(all);
      assertEquals(List.of(2, 3, 4, 5, 6), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"Q9", "Q1"})
  void restoreMayExceedTheCapacityAndThenEveryOfferIsRefused(Scene scene) throws Exception {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 3).producersWait(true));
    queue.offerAll(List.of(1, 2, 3));
    Batch<Integer> batch = queue.detach();
    queue.offerAll(List.of(4, 5, 6));
    queue.restore(batch);
    for (int size = 6; size >= 3; size--) {
      assertEquals(size, queue.size());
      assertFalse(queue.offer(0));
      assertFalse(queue.offer(0, Waiter.GLANCE.dividedBy(10)));
      assertFalse(queue.offerAll(List.of(0)));
      assertEquals(7 - size, queue.poll());
    }
    assertTrue(queue.offer(7));
    assertFalse(queue.offer(8));
    assertEquals(List.of(5, 6, 7), QueueRules.drain(queue));
  }

  @Conformance
  @Rule("Q9")
  void restoreNeverRunsTheSignalAndLeavesItArmed(Scene scene) {
    AtomicInteger signals = new AtomicInteger();
    Queue<Integer> queue =
        scene.quern().newQueue(QueueSpec.unbounded("q"), signals::incrementAndGet);
    queue.offer(1);
    assertEquals(1, signals.get());
    queue.restore(queue.detach());
    assertEquals(1, signals.get(), "restore ran the signal");
    queue.offer(2);
    assertEquals(2, signals.get(), "detach had armed it");
    assertEquals(List.of(1, 2), QueueRules.drain(queue));
  }

  @Conformance
  @Rule({"Q9", "Q3", "Q4"})
  void restoreKeepsTheOrderAgainstRacingProducers(Scene scene) throws Exception {
    for (boolean bounded : new boolean[] {false, true}) {
      Queue<History.Item> queue =
          scene.quern().newQueue(bounded ? QueueSpec.bounded("q", 7) : QueueSpec.unbounded("q"));
      History history = new History();
      Crew producers = QueueStressRules.producers(scene, queue, history, 3, scene.times(1500));
      while (!producers.ended() || !queue.isEmpty()) {
        Batch<History.Item> batch = queue.detach();
        for (int rest = scene.random().nextInt(6); rest > 0 && batch.hasNext(); rest--) {
          history.taken(batch.next());
        }
        Crew.pause(scene.random());
        queue.restore(batch);
        if (scene.random().nextBoolean()) {
          History.Item item = queue.poll();
          if (item != null) {
            history.taken(item);
          }
        }
      }
      producers.join();
      history.check();
    }
  }

  @Conformance
  @Rule("Q9")
  void anOfferBegunAfterARestoreIsRefusedWhileFull(Scene scene) throws Exception {
    int capacity = 3;
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", capacity));
    AtomicInteger phase = new AtomicInteger(); // odd: restored, full, and nothing is taken
    AtomicInteger tries = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    Crew producers =
        Crew.start(
            scene,
            2,
            (id, random) -> {
              while (!stop.get()) {
                int before = phase.get();
                boolean accepted = queue.offer(id);
                if (accepted && before % 2 == 1 && phase.get() == before) {
                  throw new AssertionError("accepted beyond the capacity, after a restore");
                }
                if (before % 2 == 1) {
                  tries.incrementAndGet();
                }
              }
            });
    for (int round = 0; round < scene.times(60); round++) {
      Batch<Integer> batch = queue.detach();
      Crew.pause(scene.random());
      queue.restore(batch);
      scene.eventually("the queue is full", () -> queue.size() >= capacity);
      int seen = tries.get();
      phase.incrementAndGet();
      scene.eventually("a producer tried", () -> tries.get() > seen);
      phase.incrementAndGet();
      queue.drainTo(item -> {}, scene.random().nextInt(2 * capacity));
    }
    stop.set(true);
    producers.join();
  }
}
