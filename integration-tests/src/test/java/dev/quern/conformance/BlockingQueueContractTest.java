// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.conformance.ContractSubjects.OnQueues;
import dev.quern.conformance.ContractSubjects.Queues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.function.Executable;

/** What BlockingQueue, Queue and Collection promise of any queue, bounded or not. */
class BlockingQueueContractTest {
  private static final TimeUnit MS = TimeUnit.MILLISECONDS;

  private static void npe(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  private static List<Integer> all(Collection<Integer> queue) {
    return new ArrayList<>(queue);
  }

  // ---- Empty

  @OnQueues
  void aNewQueueIsEmpty(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.size());
    assertNull(queue.peek());
    assertNull(queue.poll());
    assertFalse(queue.iterator().hasNext());
    assertEquals(0, queue.toArray().length);
  }

  @OnQueues
  void elementOfAnEmptyQueueThrows(Queues subject) {
    assertThrows(NoSuchElementException.class, subject.of()::element);
  }

  @OnQueues
  void removeFromAnEmptyQueueThrows(Queues subject) {
    assertThrows(NoSuchElementException.class, () -> subject.of().remove());
  }

  @OnQueues
  void sizeFollowsEachStep(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    for (int i = 0; i < 20; i++) {
      assertEquals(i, queue.size());
      queue.add(i);
      assertFalse(queue.isEmpty());
    }
    for (int i = 20; i > 0; i--) {
      assertEquals(i, queue.size());
      queue.remove();
    }
    assertTrue(queue.isEmpty());
  }

  // ---- In

  @OnQueues
  void addAndOfferAnswerTrue(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    assertTrue(queue.add(1));
    assertTrue(queue.offer(2));
    assertEquals(List.of(1, 2), all(queue));
  }

  @OnQueues
  void putAndTimedOfferAcceptAtOnceWhileThereIsRoom(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.of();
    queue.put(1);
    assertTrue(queue.offer(2, 0, MS));
    assertTrue(queue.offer(3, -1, MS));
    assertTrue(queue.offer(4, Long.MAX_VALUE, TimeUnit.DAYS));
    assertEquals(List.of(1, 2, 3, 4), all(queue));
  }

  @OnQueues
  void nullIsNoItem(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    npe(() -> queue.add(null));
    npe(() -> queue.offer(null));
    npe(() -> queue.put(null));
    npe(() -> queue.offer(null, 1, MS));
    assertTrue(queue.isEmpty());
  }

  @OnQueues
  void aNullTimeUnitIsRefused(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1);
    npe(() -> queue.offer(1, 1, null));
    npe(() -> queue.poll(1, null));
  }

  @OnQueues
  void addAllKeepsTheOrder(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(0);
    assertTrue(queue.addAll(List.of(1, 2, 3)));
    assertEquals(List.of(0, 1, 2, 3), all(queue));
  }

  @OnQueues
  void addAllOfNothingChangesNothing(Queues subject) {
    assertFalse(subject.of(1).addAll(List.of()));
  }

  @OnQueues
  void addAllOfNullIsRefused(Queues subject) {
    npe(() -> subject.of().addAll(null));
  }

  @OnQueues
  void addAllStopsAtANull(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    npe(() -> queue.addAll(Arrays.asList(1, 2, null, 3)));
    assertFalse(queue.contains(3));
    assertTrue(all(queue).size() <= 2);
  }

  @OnQueues
  void addAllOfItselfIsRefused(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2);
    assertThrows(IllegalArgumentException.class, () -> queue.addAll(queue));
    assertEquals(List.of(1, 2), all(queue));
  }

  @OnQueues
  void oneObjectMayBeInSeveralTimes(Queues subject) {
    BlockingQueue<Object> queue = subject.make(10);
    Object item = new Object();
    queue.add(item);
    queue.add(item);
    assertSame(item, queue.poll());
    assertSame(item, queue.poll());
    assertNull(queue.poll());
  }

  // ---- Out

  @OnQueues
  void peekAndElementShowTheFirstAndKeepIt(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2);
    assertEquals(1, queue.peek());
    assertEquals(1, queue.element());
    assertEquals(2, queue.size());
    queue.poll();
    assertEquals(2, queue.peek());
  }

  @OnQueues
  void everyWayOutIsFirstInFirstOut(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3, 4, 5, 6);
    assertEquals(1, queue.poll());
    assertEquals(2, queue.remove());
    assertEquals(3, queue.take());
    assertEquals(4, queue.poll(0, MS));
    assertEquals(5, queue.poll(1, TimeUnit.HOURS));
    List<Integer> rest = new ArrayList<>();
    queue.drainTo(rest);
    assertEquals(List.of(6), rest);
  }

  @OnQueues
  void timedPollWithoutTimeIsOneLook(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.of();
    assertNull(queue.poll(0, MS));
    assertNull(queue.poll(-5, MS));
    assertNull(queue.poll(Long.MIN_VALUE, TimeUnit.DAYS));
  }

  @OnQueues
  void timedPollWaitsForItsTime(Queues subject) throws Exception {
    long begin = System.nanoTime();
    assertNull(subject.of().poll(20, MS));
    assertTrue(System.nanoTime() - begin >= MS.toNanos(20));
  }

  @OnQueues
  void timedPollGetsWhatComesInTime(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    Async<Integer> taker =
        subject.scene.async(() -> queue.poll(Long.MAX_VALUE, TimeUnit.DAYS)).awaitWaiting();
    queue.add(7);
    assertEquals(7, taker.result());
    assertTrue(queue.isEmpty());
  }

  @OnQueues
  void takeWaitsForAnItem(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.of();
    Async<Integer> taker = subject.scene.async(queue::take).awaitWaiting();
    queue.put(7);
    assertEquals(7, taker.result());
  }

  @OnQueues
  void takeIsInterruptible(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    Async<Integer> taker = subject.scene.async(queue::take).awaitWaiting();
    taker.interrupt();
    assertInstanceOf(InterruptedException.class, taker.thrown());
    assertTrue(queue.offer(1));
    assertEquals(1, queue.size());
  }

  @OnQueues
  void timedPollIsInterruptible(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    Async<Integer> taker = subject.scene.async(() -> queue.poll(1, TimeUnit.HOURS)).awaitWaiting();
    taker.interrupt();
    assertInstanceOf(InterruptedException.class, taker.thrown());
  }

  @OnQueues
  void aWaitWithTheFlagSetThrowsAndClearsIt(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    Async<Boolean> taker =
        subject.scene.async(
            () -> {
              Thread.currentThread().interrupt();
              assertThrows(InterruptedException.class, queue::take);
              boolean first = Thread.currentThread().isInterrupted();
              Thread.currentThread().interrupt();
              assertThrows(InterruptedException.class, () -> queue.poll(1, TimeUnit.HOURS));
              return first || Thread.currentThread().isInterrupted();
            });
    assertFalse(taker.result());
  }

  @OnQueues
  void whatDoesNotWaitIgnoresTheFlag(Queues subject) {
    Async<Boolean> caller =
        subject.scene.async(
            () -> {
              Thread.currentThread().interrupt();
              BlockingQueue<Integer> queue = subject.of(1, 2);
              queue.offer(3);
              queue.poll();
              queue.remove(3);
              return Thread.currentThread().isInterrupted() && queue.contains(2);
            });
    assertTrue(caller.result());
  }

  @OnQueues
  void manyTakersGetManyItems(Queues subject) {
    BlockingQueue<Integer> queue = subject.of();
    List<Async<Integer>> takers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      takers.add(subject.scene.async(queue::take).awaitWaiting());
    }
    for (int i = 0; i < 8; i++) {
      queue.add(i);
    }
    Set<Integer> got = takers.stream().map(Async::result).collect(Collectors.toSet());
    assertEquals(8, got.size());
    assertTrue(queue.isEmpty());
  }

  // ---- Search and removal

  @OnQueues
  void containsGoesByEquals(Queues subject) {
    BlockingQueue<String> queue = subject.make(10);
    queue.add(new String("a"));
    assertTrue(queue.contains("a"));
    assertFalse(queue.contains("b"));
    assertFalse(queue.contains(null));
    assertFalse(queue.contains(1));
    queue.poll();
    assertFalse(queue.contains("a"));
  }

  @OnQueues
  void containsAllAsksForEach(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    assertTrue(queue.containsAll(List.of()));
    assertTrue(queue.containsAll(List.of(3, 1)));
    assertFalse(queue.containsAll(List.of(1, 4)));
    npe(() -> queue.containsAll(null));
  }

  @OnQueues
  void removeTakesTheFirstThatIsEqual(Queues subject) {
    BlockingQueue<String> queue = subject.make(10);
    String first = new String("a");
    String second = new String("a");
    queue.addAll(List.of("x", first, "y", second));
    assertTrue(queue.remove("a"));
    assertEquals(List.of("x", "y", "a"), new ArrayList<>(queue));
    assertTrue(queue.stream().anyMatch(item -> item == second));
    assertTrue(queue.remove("a"));
    assertFalse(queue.remove("a"));
    assertFalse(queue.remove(null));
    assertEquals(2, queue.size());
  }

  @OnQueues
  void removeFromEveryPlaceKeepsTheOthers(Queues subject) {
    for (int place = 0; place < 9; place++) {
      BlockingQueue<Integer> queue = subject.of(0, 1, 2, 3, 4, 5, 6, 7, 8);
      List<Integer> expected = all(queue);
      assertTrue(queue.remove(Integer.valueOf(place)));
      expected.remove(place);
      assertEquals(expected, all(queue));
      queue.add(9);
      expected.add(9);
      for (Integer item : expected) {
        assertEquals(item, queue.poll());
      }
      assertNull(queue.poll());
    }
  }

  @OnQueues
  void removeAllTakesEveryOccurrence(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 1, 3, 1, 4);
    assertTrue(queue.removeAll(Set.of(1, 4)));
    assertEquals(List.of(2, 3), all(queue));
    assertFalse(queue.removeAll(Set.of(9)));
    assertFalse(queue.removeAll(Set.of()));
    npe(() -> queue.removeAll(null));
  }

  @OnQueues
  void retainAllKeepsOnlyThose(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 1, 3, 1, 4);
    assertFalse(queue.retainAll(Set.of(1, 2, 3, 4)));
    assertTrue(queue.retainAll(Set.of(1, 4)));
    assertEquals(List.of(1, 1, 1, 4), all(queue));
    assertTrue(queue.retainAll(Set.of()));
    assertTrue(queue.isEmpty());
    npe(() -> queue.retainAll(null));
  }

  @OnQueues
  void removeIfTakesWhatTheFilterSays(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3, 4, 5, 6);
    assertTrue(queue.removeIf(item -> item % 2 == 0));
    assertEquals(List.of(1, 3, 5), all(queue));
    assertFalse(queue.removeIf(item -> item > 5));
    assertTrue(queue.removeIf(item -> true));
    assertTrue(queue.isEmpty());
    npe(() -> queue.removeIf(null));
  }

  @OnQueues
  void aFilterThatThrowsReachesTheCaller(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    assertThrows(
        UnsupportedOperationException.class,
        () ->
            queue.removeIf(
                item -> {
                  throw new UnsupportedOperationException();
                }));
    assertEquals(List.of(1, 2, 3), all(queue));
  }

  @OnQueues
  void clearEmptiesAndTheQueueGoesOn(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    queue.clear();
    assertTrue(queue.isEmpty());
    assertNull(queue.poll());
    queue.clear();
    queue.put(4);
    assertEquals(4, queue.take());
  }

  // ---- Copies

  @OnQueues
  void toArrayIsAFreshCopyInOrder(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    Object[] copy = queue.toArray();
    assertArrayEquals(new Object[] {1, 2, 3}, copy);
    assertSame(Object[].class, copy.getClass());
    copy[0] = 9;
    assertEquals(1, queue.peek());
    assertNotSame(copy, queue.toArray());
  }

  @OnQueues
  void toArrayFillsTheArrayThatIsLargeEnough(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    Integer[] exact = new Integer[3];
    assertSame(exact, queue.toArray(exact));
    assertArrayEquals(new Integer[] {1, 2, 3}, exact);
    Integer[] larger = {7, 7, 7, 7, 7};
    assertSame(larger, queue.toArray(larger));
    assertArrayEquals(new Integer[] {1, 2, 3, null, 7}, larger);
  }

  @OnQueues
  void toArrayMakesALargerArrayOfTheSameType(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    Integer[] made = queue.toArray(new Integer[0]);
    assertArrayEquals(new Integer[] {1, 2, 3}, made);
    assertArrayEquals(made, queue.toArray(Integer[]::new));
  }

  @OnQueues
  void toArrayRefusesNullAndOtherTypes(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1);
    npe(() -> queue.toArray((Object[]) null));
    assertThrows(ArrayStoreException.class, () -> queue.toArray(new String[1]));
    assertThrows(ArrayStoreException.class, () -> queue.toArray(new String[0]));
  }

  @OnQueues
  void toStringShowsTheItems(Queues subject) {
    assertEquals("[1, 2, 3]", subject.of(1, 2, 3).toString());
    assertEquals("[]", subject.of().toString());
  }

  @OnQueues
  void aQueueEqualsItselfAlone(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1);
    assertEquals(queue, queue);
    assertNotEquals(queue, subject.of(1));
    assertNotEquals(List.of(1), queue);
  }

  // ---- Iterators and streams

  @OnQueues
  void theIteratorGoesInOrderToTheEnd(Queues subject) {
    Iterator<Integer> each = subject.of(1, 2, 3).iterator();
    assertEquals(1, each.next());
    assertTrue(each.hasNext());
    assertTrue(each.hasNext());
    assertEquals(2, each.next());
    assertEquals(3, each.next());
    assertFalse(each.hasNext());
    assertThrows(NoSuchElementException.class, each::next);
  }

  @OnQueues
  void theIteratorRemovesWhatItShowedLast(Queues subject) {
    for (int place = 0; place < 5; place++) {
      BlockingQueue<Integer> queue = subject.of(0, 1, 2, 3, 4);
      Iterator<Integer> each = queue.iterator();
      for (int i = 0; i <= place; i++) {
        each.next();
      }
      each.remove();
      List<Integer> expected = new ArrayList<>(List.of(0, 1, 2, 3, 4));
      expected.remove(place);
      assertEquals(expected, all(queue));
    }
  }

  @OnQueues
  void theIteratorRemovesEverythingOneByOne(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(5, 5, 5, 5);
    for (Iterator<Integer> each = queue.iterator(); each.hasNext(); ) {
      each.next();
      each.remove();
    }
    assertTrue(queue.isEmpty());
  }

  @OnQueues
  void theIteratorRemovesNothingTwice(Queues subject) {
    Iterator<Integer> each = subject.of(1, 2).iterator();
    assertThrows(IllegalStateException.class, each::remove);
    each.next();
    each.remove();
    assertThrows(IllegalStateException.class, each::remove);
  }

  @OnQueues
  void theIteratorSurvivesChanges(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    Iterator<Integer> each = queue.iterator();
    queue.add(4);
    assertEquals(1, each.next());
    queue.poll();
    queue.remove(2);
    Set<Integer> rest = new HashSet<>();
    each.forEachRemaining(rest::add);
    assertTrue(rest.contains(3), rest::toString);
    assertFalse(rest.contains(1));
    queue.clear();
    assertFalse(each.hasNext());
  }

  @OnQueues
  void theIteratorDoesNotRemoveAnotherItemThanItShowed(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    Iterator<Integer> each = queue.iterator();
    each.next();
    queue.poll();
    each.remove();
    assertEquals(List.of(2, 3), all(queue));
  }

  @OnQueues
  void forEachVisitsInOrder(Queues subject) {
    List<Integer> seen = new ArrayList<>();
    subject.of(1, 2, 3).forEach(seen::add);
    assertEquals(List.of(1, 2, 3), seen);
    npe(() -> subject.of(1).forEach(null));
  }

  @OnQueues
  void streamsSeeTheItems(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3, 4);
    assertEquals(List.of(2, 4), queue.stream().filter(item -> item % 2 == 0).toList());
    assertEquals(10, queue.parallelStream().mapToInt(item -> item).sum());
  }

  @OnQueues
  void theSpliteratorIsConcurrentOrderedAndWithoutNulls(Queues subject) {
    Spliterator<Integer> each = subject.of(1, 2, 3).spliterator();
    assertTrue(each.hasCharacteristics(Spliterator.CONCURRENT | Spliterator.NONNULL));
    assertTrue(each.hasCharacteristics(Spliterator.ORDERED));
    assertFalse(each.hasCharacteristics(Spliterator.SIZED));
    List<Integer> seen = new ArrayList<>();
    assertTrue(each.tryAdvance(seen::add));
    each.forEachRemaining(seen::add);
    assertFalse(each.tryAdvance(seen::add));
    assertEquals(List.of(1, 2, 3), seen);
  }

  // ---- drainTo

  @OnQueues
  void drainToTakesAllInOrder(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    List<Integer> out = new ArrayList<>(List.of(0));
    assertEquals(3, queue.drainTo(out));
    assertEquals(List.of(0, 1, 2, 3), out);
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.drainTo(out));
  }

  @OnQueues
  void drainToTakesNoMoreThanAskedFor(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3, 4);
    List<Integer> out = new ArrayList<>();
    assertEquals(0, queue.drainTo(out, 0));
    assertEquals(0, queue.drainTo(out, -1));
    assertEquals(3, queue.drainTo(out, 3));
    assertEquals(1, queue.drainTo(out, 3));
    assertEquals(List.of(1, 2, 3, 4), out);
  }

  @OnQueues
  void drainToRefusesNullAndItself(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1);
    npe(() -> queue.drainTo(null));
    npe(() -> queue.drainTo(null, 1));
    assertThrows(IllegalArgumentException.class, () -> queue.drainTo(queue));
    assertThrows(IllegalArgumentException.class, () -> queue.drainTo(queue, 1));
    assertEquals(1, queue.size());
  }

  @OnQueues
  void aSinkThatIsFullCostsOneItemAtMost(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3, 4, 5);
    BlockingQueue<Integer> small = new ArrayBlockingQueue<>(2);
    assertThrows(IllegalStateException.class, () -> queue.drainTo(small));
    assertEquals(List.of(1, 2), all(small));
    assertTrue(queue.size() >= 2, queue::toString);
    assertTrue(queue.containsAll(List.of(4, 5)));
  }

  @OnQueues
  void drainToAnotherQueueOfTheKind(Queues subject) {
    BlockingQueue<Integer> queue = subject.of(1, 2, 3);
    BlockingQueue<Integer> other = subject.of(0);
    assertEquals(3, queue.drainTo(other));
    assertEquals(List.of(0, 1, 2, 3), all(other));
  }

  // ---- Many threads

  @OnQueues
  void whatIsPutHappensBeforeItIsTaken(Queues subject) throws Exception {
    BlockingQueue<int[]> queue = subject.make(4);
    Async<Long> taker =
        subject.scene.async(
            () -> {
              long sum = 0;
              for (int i = 0; i < 5000; i++) {
                sum += queue.take()[0];
              }
              return sum;
            });
    for (int i = 0; i < 5000; i++) {
      int[] box = new int[1];
      box[0] = i;
      queue.put(box);
    }
    assertEquals(5000L * 4999 / 2, taker.result());
  }

  @OnQueues
  void looksFromManyThreadsDisturbNobody(Queues subject) throws Exception {
    BlockingQueue<Integer> queue = subject.make(64);
    Async<Integer> looker =
        subject.scene.async(
            () -> {
              int looks = 0;
              while (!queue.contains(-1)) {
                queue.forEach(item -> {});
                queue.toArray(new Integer[0]);
                queue.peek();
                looks++;
              }
              return looks;
            });
    Async<List<Integer>> taker =
        subject.scene.async(
            () -> {
              List<Integer> out = new ArrayList<>();
              while (out.size() < 3000) {
                queue.drainTo(out, 7);
                Integer item = queue.poll(1, MS);
                if (item != null) {
                  out.add(item);
                }
              }
              return out;
            });
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      queue.put(i);
      expected.add(i);
    }
    assertEquals(expected, taker.result());
    queue.add(-1);
    assertTrue(looker.result() >= 0);
  }
}
