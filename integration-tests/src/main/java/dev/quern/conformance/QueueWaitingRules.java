// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Waiting for an item and for room (Q12, G4). */
public class QueueWaitingRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static Queue<Integer> waitingQueue(Scene scene, int capacity) {
    return scene.quern().newQueue(QueueSpec.bounded("q", capacity).producersWait(true));
  }

  private static Queue<Integer> full(Scene scene, int capacity) {
    Queue<Integer> queue = waitingQueue(scene, capacity);
    for (int i = 1; i <= capacity; i++) {
      queue.add(i);
    }
    return queue;
  }

  @Conformance
  @Rule("Q12")
  void takeAndTimedPollWaitForAnItem(Scene scene) throws Exception {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      Async<Integer> taker = Waiter.start(scene, queue::take);
      queue.add(1);
      assertEquals(1, taker.result());
      Async<Integer> poller = Waiter.start(scene, () -> queue.poll(LONG));
      queue.add(2);
      assertEquals(2, poller.result());
      queue.add(3);
      queue.add(4);
      assertEquals(3, queue.take());
      assertEquals(4, queue.poll(LONG));
    }
  }

  @Conformance
  @Rule({"Q12", "G4"})
  void aTimedPollEndsAtItsLimitAndNotBefore(Scene scene) throws Exception {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      long start = System.nanoTime();
      assertNull(queue.poll(Waiter.GLANCE));
      assertTrue(System.nanoTime() - start >= Waiter.GLANCE.toNanos());
      assertNull(queue.poll(Duration.ZERO));
      assertNull(queue.poll(Duration.ofSeconds(-5)));
      queue.offerAll(List.of(1, 2));
      assertEquals(1, queue.poll(Duration.ZERO));
      assertEquals(2, queue.poll(Duration.ofSeconds(-5)));
    }
  }

  @Conformance
  @Rule("Q12")
  void putAndTimedOfferWaitForRoom(Scene scene) throws Exception {
    Queue<Integer> queue = full(scene, 2);
    Async<?> putter = Waiter.start(scene, () -> queue.put(3));
    assertEquals(2, queue.size());
    assertEquals(1, queue.poll());
    putter.result();
    Async<Boolean> offerer = Waiter.start(scene, () -> queue.offer(4, LONG));
    assertEquals(2, queue.poll());
    assertTrue(offerer.result());
    assertEquals(List.of(3, 4), QueueRules.drain(queue));
    queue.put(5);
    assertTrue(queue.offer(6, LONG));
    assertEquals(List.of(5, 6), QueueRules.drain(queue), "with room neither waits");
  }

  @Conformance
  @Rule({"Q12", "G4"})
  void aTimedOfferEndsAtItsLimitAndHasDoneNothing(Scene scene) throws Exception {
    Queue<Integer> queue = full(scene, 2);
    long start = System.nanoTime();
    assertFalse(queue.offer(3, Waiter.GLANCE));
    assertTrue(System.nanoTime() - start >= Waiter.GLANCE.toNanos());
    assertFalse(queue.offer(3, Duration.ZERO));
    assertFalse(queue.offer(3, Duration.ofSeconds(-5)));
    assertEquals(List.of(1, 2), QueueRules.drain(queue));
    assertTrue(queue.offer(4, Duration.ZERO));
    assertEquals(List.of(4), QueueRules.drain(queue));
  }

  @Conformance
  @Rule("Q12")
  void withoutProducersWaitPutAndTimedOfferAreMisuse(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("plain", 2));
    MisuseException misuse = assertThrows(MisuseException.class, () -> queue.put(1));
    assertTrue(misuse.getMessage().contains("plain"), misuse.getMessage());
    assertThrows(MisuseException.class, () -> queue.offer(1, LONG));
    assertThrows(MisuseException.class, () -> queue.offer(1, Duration.ZERO));
    assertTrue(queue.isEmpty());
    queue.close();
    assertThrows(MisuseException.class, () -> queue.put(1), "misuse goes before closed");
  }

  @Conformance
  @Rule("Q12")
  void onAnUnboundedQueuePutAndTimedOfferAcceptAtOnce(Scene scene) throws Exception {
    for (boolean producersWait : new boolean[] {false, true}) {
      Queue<Integer> queue =
          scene.quern().newQueue(QueueSpec.unbounded("q").producersWait(producersWait));
      queue.put(1);
      assertTrue(queue.offer(2, Duration.ZERO));
      assertTrue(queue.offer(3, LONG));
      assertEquals(List.of(1, 2, 3), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"Q12", "G4"})
  void anInterruptedWaiterHasDoneNothing(Scene scene) throws Exception {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      for (boolean timed : new boolean[] {false, true}) {
        Async<Integer> taker = Waiter.start(scene, () -> timed ? queue.poll(LONG) : queue.take());
        taker.thread().interrupt();
        assertInstanceOf(InterruptedException.class, taker.thrown());
        queue.add(1);
        assertEquals(List.of(1), QueueRules.drain(queue), "the role is free, the item is there");
      }
    }
    Queue<Integer> queue = full(scene, 2);
    for (boolean timed : new boolean[] {false, true}) {
      Async<?> putter =
          Waiter.start(
              scene,
              () -> {
                if (timed) {
                  queue.offer(9, LONG);
                } else {
                  queue.put(9);
                }
              });
      putter.thread().interrupt();
      assertInstanceOf(InterruptedException.class, putter.thrown());
    }
    assertEquals(List.of(1, 2), QueueRules.drain(queue));
  }

  @Conformance
  @Rule({"Q12", "G4"})
  void aThreadThatIsAlreadyInterruptedDoesNotWait(Scene scene) throws Exception {
    Queue<Integer> queue = full(scene, 1);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.put(2));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.offer(2, LONG));
    assertEquals(List.of(1), QueueRules.drain(queue));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, queue::take);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.poll(LONG));
    assertFalse(Thread.interrupted());
  }

  @Conformance
  @Rule({"Q12", "G4"})
  void aWaitLongerThanTheClockIsNotCutShort(Scene scene) throws Exception {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    Queue<Integer> queue = waitingQueue(scene, 1);
    Async<Integer> poller = Waiter.start(scene, () -> queue.poll(forever));
    assertTrue(queue.offer(1, forever));
    assertEquals(1, poller.result());
    queue.add(2);
    Async<Boolean> offerer = Waiter.start(scene, () -> queue.offer(3, forever));
    assertEquals(2, queue.poll());
    assertTrue(offerer.result());
  }

  @Conformance
  @Rule("Q12")
  void aWaiterIsParkedAndCostsNoProcessor(Scene scene) throws Exception {
    Queue<Integer> empty = waitingQueue(scene, 1);
    Queue<Integer> full = full(scene, 1);
    Async<Integer> taker = Waiter.start(scene, empty::take);
    Async<?> putter = Waiter.start(scene, () -> full.put(2));
    for (Async<?> waiter : List.of(taker, putter)) {
      scene.eventually("parked", () -> waiter.thread().getState() == Thread.State.WAITING);
    }
    // One that polls by short sleeps would be seen in another state sooner or later.
    for (int look = 0; look < 50; look++) {
      assertEquals(Thread.State.WAITING, taker.thread().getState());
      assertEquals(Thread.State.WAITING, putter.thread().getState());
      Thread.yield();
    }
    empty.add(1);
    assertEquals(1, full.poll());
    assertEquals(1, taker.result());
    putter.result();
  }

  @Conformance
  @Rule({"Q12", "Q8", "Q14"})
  void eachRoomThatComesFreeWakesAProducer(Scene scene) throws Exception {
    for (Consumer<Queue<Integer>> freeThree :
        List.<Consumer<Queue<Integer>>>of(
            queue -> queue.detach(),
            queue -> queue.drainTo(item -> {}, 3),
            queue -> {
              queue.poll();
              queue.poll();
              queue.poll();
            })) {
      Queue<Integer> queue = full(scene, 3);
      List<Async<?>> putters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        putters.add(Waiter.start(scene, () -> queue.put(4)));
      }
      freeThree.accept(queue);
      for (Async<?> putter : putters) {
        putter.result();
      }
      assertEquals(3, queue.size());
    }
  }

  @Conformance
  @Rule("Q12")
  void aProducerThatGivesUpDoesNotSwallowTheRoomOfAnother(Scene scene) throws Exception {
    for (int round = 0; round < scene.times(12); round++) {
      Queue<Integer> queue = full(scene, 1);
      boolean interrupt = round % 2 == 0;
      Async<Boolean> impatient =
          scene.async(
              () -> {
                try {
                  return queue.offer(2, interrupt ? LONG : Duration.ofMillis(2));
                } catch (InterruptedException e) {
                  return false;
                }
              });
      if (interrupt) {
        impatient.awaitWaiting();
      }
      Thread patient = scene.thread(() -> queue.put(3));
      scene.awaitWaiting(patient);
      Crew.pause(scene.random());
      if (interrupt) {
        impatient.interrupt();
      }
      assertEquals(1, queue.poll());
      boolean accepted = impatient.result();
      if (accepted) {
        assertEquals(2, queue.poll(Scene.LIMIT));
      }
      assertEquals(3, queue.poll(Scene.LIMIT), "the patient producer's item");
      assertNull(queue.poll());
      patient.join();
    }
  }

  @Conformance
  @Rule({"Q12", "Q3", "Q4", "G2"})
  void noWakeUpIsLostBetweenProducersAndConsumer(Scene scene) throws Exception {
    for (int capacity : new int[] {1, 3}) {
      Queue<History.Item> queue =
          scene.quern().newQueue(QueueSpec.bounded("q", capacity).producersWait(true));
      History history = new History();
      int each = scene.times(500);
      Crew producers =
          Crew.start(
              scene,
              3,
              (id, random) -> {
                for (int i = 0; i < each; i++) {
                  History.Item item = history.begin();
                  if (random.nextBoolean()) {
                    queue.put(item);
                  } else {
                    assertTrue(queue.offer(item, LONG));
                  }
                  history.accepted(item);
                  Crew.pause(random);
                }
              });
      while (history.takenCount() < 3 * each) {
        switch (scene.random().nextInt(4)) {
          case 0 -> history.taken(queue.take());
          case 1 -> {
            History.Item item = queue.poll(Scene.LIMIT);
            assertTrue(item != null, "a lost wake-up");
            history.taken(item);
          }
          case 2 -> queue.drainTo(history::taken, 2);
          default -> queue.detach().forEachRemaining(history::taken);
        }
        Crew.pause(scene.random());
      }
      producers.join();
      history.check();
    }
  }

  @Conformance
  @Rule({"Q12", "Q9"})
  void restoreAboveTheCapacityWakesNoProducerTooEarly(Scene scene) throws Exception {
    Queue<Integer> queue = full(scene, 2);
    var batch = queue.detach();
    queue.offerAll(List.of(3, 4));
    AtomicInteger done = new AtomicInteger();
    Async<?> putter =
        Waiter.start(
            scene,
            () -> {
              queue.put(5);
              done.incrementAndGet();
            });
    queue.restore(batch);
    queue.poll();
    queue.poll();
    assertEquals(2, queue.size());
    putter.awaitWaiting();
    assertEquals(0, done.get());
    queue.poll();
    putter.result();
    assertEquals(List.of(4, 5), QueueRules.drain(queue));
  }
}
