// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.conformance.ContractSubjects.OnBoundedQueues;
import dev.quern.conformance.ContractSubjects.OnQueues;
import dev.quern.conformance.ContractSubjects.Queues;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What BlockingQueue promises of a queue with a bound, and of those without one. */
class BoundedQueueContractTest {
  private static final TimeUnit MS = TimeUnit.MILLISECONDS;

  private static BlockingQueue<Integer> full(Queues subject, int capacity) {
    BlockingQueue<Integer> queue = subject.make(capacity);
    for (int i = 0; i < capacity; i++) {
      assertTrue(queue.offer(i));
    }
    return queue;
  }

  private static Async<Boolean> put(Queues subject, BlockingQueue<Integer> queue, int item) {
    return subject
        .scene
        .async(
            () -> {
              queue.put(item);
              return true;
            })
        .awaitWaiting();
  }

  @OnBoundedQueues
  void aFullQueueRefusesWhatDoesNotWait(Queues subject) throws Exception {
    for (int capacity : new int[] {1, 2, 3, 10}) {
      BlockingQueue<Integer> queue = full(subject, capacity);
      assertFalse(queue.offer(9));
      assertThrows(IllegalStateException.class, () -> queue.add(9));
      assertFalse(queue.offer(9, 0, MS));
      assertFalse(queue.offer(9, -1, MS));
      assertEquals(capacity, queue.size());
      assertFalse(queue.contains(9) && capacity < 10);
    }
  }

  @OnBoundedQueues
  void remainingCapacityIsWhatIsLeft(Queues subject) {
    BlockingQueue<Integer> queue = subject.make(3);
    for (int left = 3; left > 0; left--) {
      assertEquals(left, queue.remainingCapacity());
      queue.add(left);
    }
    assertEquals(0, queue.remainingCapacity());
    queue.poll();
    assertEquals(1, queue.remainingCapacity());
    queue.clear();
    assertEquals(3, queue.remainingCapacity());
  }

  @OnQueues
  void remainingCapacityIsNeverLessThanWhatFits(Queues subject) {
    BlockingQueue<Integer> queue = subject.make(5);
    int left = queue.remainingCapacity();
    assertTrue(left == 5 || left == Integer.MAX_VALUE, "left: " + left);
    queue.add(1);
    assertTrue(queue.remainingCapacity() == 4 || left == Integer.MAX_VALUE);
  }

  @OnBoundedQueues
  void addAllBeyondTheBoundThrows(Queues subject) {
    BlockingQueue<Integer> queue = subject.make(2);
    assertThrows(IllegalStateException.class, () -> queue.addAll(List.of(1, 2, 3)));
    assertEquals(List.of(1, 2), new ArrayList<>(queue));
  }

  @OnBoundedQueues
  void timedOfferWaitsForItsTime(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = full(subject, 1);
    long begin = System.nanoTime();
    assertFalse(queue.offer(1, 20, MS));
    assertTrue(System.nanoTime() - begin >= MS.toNanos(20));
  }

  @OnBoundedQueues
  void timedOfferGetsTheRoomThatComesInTime(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 1);
    Async<Boolean> producer =
        subject.scene.async(() -> queue.offer(7, Long.MAX_VALUE, TimeUnit.DAYS)).awaitWaiting();
    assertEquals(0, queue.poll());
    assertTrue(producer.result());
    assertEquals(7, queue.poll());
  }

  @OnBoundedQueues
  void putWaitsForRoom(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = full(subject, 2);
    Async<Boolean> producer = put(subject, queue, 7);
    assertEquals(2, queue.size());
    assertEquals(0, queue.take());
    producer.result();
    assertEquals(List.of(1, 7), new ArrayList<>(queue));
  }

  @OnBoundedQueues
  void putIsInterruptible(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 2);
    Async<Boolean> producer = put(subject, queue, 7);
    producer.interrupt();
    assertInstanceOf(InterruptedException.class, producer.thrown());
    assertEquals(List.of(0, 1), new ArrayList<>(queue));
  }

  @OnBoundedQueues
  void timedOfferIsInterruptible(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 2);
    Async<Boolean> producer =
        subject.scene.async(() -> queue.offer(7, 1, TimeUnit.HOURS)).awaitWaiting();
    producer.interrupt();
    assertInstanceOf(InterruptedException.class, producer.thrown());
    assertEquals(List.of(0, 1), new ArrayList<>(queue));
  }

  @OnBoundedQueues
  void aTakerLetsOneProducerIn(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = full(subject, 1);
    List<Async<Boolean>> producers =
        List.of(put(subject, queue, 7), put(subject, queue, 8), put(subject, queue, 9));
    int sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += queue.take();
    }
    producers.forEach(Async::result);
    assertEquals(24, sum);
  }

  @OnBoundedQueues
  void clearLetsAllInWhoFit(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 3);
    List<Async<Boolean>> producers =
        List.of(put(subject, queue, 7), put(subject, queue, 8), put(subject, queue, 9));
    queue.clear();
    producers.forEach(Async::result);
    assertEquals(24, queue.stream().mapToInt(item -> item).sum());
  }

  @OnBoundedQueues
  void drainToLetsAllInWhoFit(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 3);
    List<Async<Boolean>> producers = List.of(put(subject, queue, 7), put(subject, queue, 8));
    List<Integer> out = new ArrayList<>();
    queue.drainTo(out, 2);
    producers.forEach(Async::result);
    assertEquals(List.of(0, 1), out);
    assertEquals(3, queue.size());
  }

  @OnBoundedQueues
  void removalsLetProducersIn(Queues subject) {
    BlockingQueue<Integer> queue = full(subject, 4);
    List<Async<Boolean>> producers =
        List.of(
            put(subject, queue, 7),
            put(subject, queue, 8),
            put(subject, queue, 9),
            put(subject, queue, 10));
    assertTrue(queue.remove(2));
    Iterator<Integer> each = queue.iterator();
    each.next();
    each.remove();
    queue.removeIf(item -> item == 3);
    queue.retainAll(List.of(7, 8, 9, 10));
    producers.forEach(Async::result);
    assertEquals(34, queue.stream().mapToInt(item -> item).sum());
  }

  @OnBoundedQueues
  void theBoundHoldsThroughManyLaps(Queues subject) throws Exception {
    for (int capacity : new int[] {1, 3, 8}) {
      BlockingQueue<Integer> queue = full(subject, capacity);
      for (int lap = 0; lap < 100; lap++) {
        assertFalse(queue.offer(-1));
        assertEquals(lap, queue.take());
        assertTrue(queue.offer(capacity + lap));
      }
    }
  }
}
