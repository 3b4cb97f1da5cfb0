// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** Capacity, order and the plain operations of a queue: what one thread can see (Q1 to Q5, Q10). */
public class QueueRules {
  private static final int[] CAPACITIES = {1, 2, 3, 5, 7, 8, 9, 31, 100, 1000};

  static List<Queue<Integer>> bothKinds(Scene scene) {
    return List.of(
        scene.quern().newQueue(QueueSpec.bounded("bounded", 100)),
        scene.quern().newQueue(QueueSpec.unbounded("unbounded")));
  }

  /** Takes out all that is in there. */
  static List<Integer> drain(Queue<Integer> queue) {
    List<Integer> out = new ArrayList<>();
    for (Integer item = queue.poll(); item != null; item = queue.poll()) {
      out.add(item);
    }
    return out;
  }

  @Conformance
  @Rule("Q1")
  void aBoundedQueueAcceptsExactlyTheCapacityAskedFor(Scene scene) {
    for (int capacity : CAPACITIES) {
      Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", capacity));
      for (int i = 0; i < capacity; i++) {
        assertTrue(queue.offer(i), "item " + i + " of " + capacity);
      }
      assertFalse(queue.offer(capacity), "one more than " + capacity);
      assertEquals(capacity, queue.size());
      assertEquals(capacity, queue.capacity());
    }
  }

  @Conformance
  @Rule("Q1")
  void eachItemTakenMakesRoomForExactlyOne(Scene scene) {
    for (int capacity : CAPACITIES) {
      Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", capacity));
      int next = 0;
      while (queue.offer(next)) {
        next++;
      }
      for (int taken = 0; taken < 2 * capacity + 3; taken++) {
        assertEquals(taken, queue.poll());
        assertTrue(queue.offer(next++));
        assertFalse(queue.offer(-1), "only one was taken of " + capacity);
      }
    }
  }

  @Conformance
  @Rule("Q1")
  void detachedItemsDoNotCount(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 3));
    assertTrue(queue.offerAll(List.of(1, 2, 3)));
    queue.detach();
    assertEquals(0, queue.size());
    assertTrue(queue.offerAll(List.of(4, 5, 6)));
    assertFalse(queue.offer(7));
  }

  @Conformance
  @Rule({"Q1", "Q2"})
  void racingProducersFillTheQueueToItsCapacityAndNoFurther(Scene scene) throws Exception {
    for (int round = 0; round < scene.times(30); round++) {
      int capacity = 1 + scene.random().nextInt(9);
      Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", capacity));
      Crew.start(
              scene,
              3,
              (id, random) -> {
                for (int i = 0; i < 6; i++) {
                  queue.offer(i);
                }
              })
          .join();
      assertEquals(capacity, drain(queue).size());
    }
  }

  @Conformance
  @Rule("Q2")
  void anUnboundedQueueAlwaysAccepts(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.unbounded("q"));
    for (int i = 0; i < 5000; i++) {
      assertTrue(queue.offer(i));
    }
    assertEquals(5000, drain(queue).size());
  }

  @Conformance
  @Rule({"Q2", "Q12"})
  void offerNeitherWaitsNorLooksAtTheInterruptFlag(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 1).producersWait(true));
    Thread.currentThread().interrupt();
    assertTrue(queue.offer(1));
    assertFalse(queue.offer(2));
    assertFalse(queue.offerAll(List.of(3)));
    assertTrue(Thread.interrupted());
    assertEquals(List.of(1), drain(queue));
  }

  @Conformance
  @Rule("Q3")
  void itemsComeOutInTheOrderInWhichTheyWentIn(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      List<Integer> in = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        assertTrue(queue.offer(i));
        in.add(i);
      }
      assertEquals(in, drain(queue));
    }
  }

  @Conformance
  @Rule("Q4")
  void oneObjectMayBeInTheQueueSeveralTimes(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      Integer item = 4711;
      assertTrue(queue.offerAll(List.of(item, item)));
      queue.add(item);
      assertEquals(3, queue.size());
      for (int i = 0; i < 3; i++) {
        assertSame(item, queue.poll());
      }
      assertNull(queue.poll());
    }
  }

  /** An item that does not want to be touched. */
  private static final class Shy {
    @Override
    public boolean equals(Object other) {
      throw new AssertionError("equals was called");
    }

    @Override
    public int hashCode() {
      throw new AssertionError("hashCode was called");
    }

    @Override
    public String toString() {
      throw new AssertionError("toString was called");
    }
  }

  @Conformance
  @Rule("Q4")
  void noOperationTouchesAnItem(Scene scene) throws Exception {
    for (QueueSpec spec : List.of(QueueSpec.bounded("q", 9), QueueSpec.unbounded("q"))) {
      Queue<Shy> queue = scene.quern().newQueue(spec.producersWait(true));
      Shy first = new Shy();
      queue.add(first);
      queue.put(new Shy());
      queue.offer(new Shy());
      queue.offer(new Shy(), Duration.ofSeconds(1));
      queue.offerAll(List.of(new Shy(), new Shy()));
      assertTrue(queue.peek() == first);
      queue.restore(queue.detach());
      assertTrue(queue.poll() == first);
      assertTrue(queue.toString().contains("q"));
      queue.take();
      queue.close();
      assertEquals(4, queue.drainTo(item -> {}, 9));
    }
  }

  @Conformance
  @Rule("Q5")
  void peekIsWhatTheNextPollReturnsAndRemovesNothing(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      assertNull(queue.peek());
      queue.offerAll(List.of(1, 2, 3));
      for (int i = 1; i <= 3; i++) {
        assertEquals(i, queue.peek());
        assertEquals(i, queue.peek());
        assertEquals(4 - i, queue.size());
        assertEquals(i, queue.poll());
      }
      assertNull(queue.peek());
      queue.offer(4);
      var batch = queue.detach();
      assertNull(queue.peek());
      queue.offer(5);
      assertEquals(5, queue.peek());
      queue.restore(batch);
      assertEquals(4, queue.peek());
      assertEquals(List.of(4, 5), drain(queue));
    }
  }

  @Conformance
  @Rule("Q10")
  void offerAllAppendsAllOrNothing(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 5));
    assertTrue(queue.offerAll(List.of(1, 2, 3)));
    assertFalse(queue.offerAll(List.of(4, 5, 6)));
    assertEquals(3, queue.size());
    assertTrue(queue.offerAll(List.of(7, 8)));
    assertFalse(queue.offerAll(List.of(9)));
    assertEquals(1, queue.poll());
    assertFalse(queue.offerAll(List.of(9, 10)));
    assertTrue(queue.offerAll(List.of(11)));
    assertEquals(List.of(2, 3, 7, 8, 11), drain(queue));
  }

  @Conformance
  @Rule("Q10")
  void offerAllOfNothingIsTrueEvenWhenFull(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 1));
    assertTrue(queue.offerAll(List.of()));
    assertTrue(queue.isEmpty());
    queue.add(1);
    assertTrue(queue.offerAll(List.of()));
    assertEquals(List.of(1), drain(queue));
  }

  @Conformance
  @Rule({"Q10", "G1"})
  void offerAllRefusesNullsAndMoreThanTheCapacityAndAppendsNothing(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 3));
    assertThrows(NullPointerException.class, () -> queue.offerAll(Arrays.asList(1, null, 3)));
    IllegalArgumentException tooMany =
        assertThrows(IllegalArgumentException.class, () -> queue.offerAll(List.of(1, 2, 3, 4)));
    assertTrue(tooMany.getMessage().contains("4"), tooMany.getMessage());
    assertTrue(tooMany.getMessage().contains("3"), tooMany.getMessage());
    assertTrue(queue.isEmpty());
    Queue<Integer> unbounded = scene.quern().newQueue(QueueSpec.unbounded("q"));
    assertThrows(NullPointerException.class, () -> unbounded.offerAll(Arrays.asList(1, null)));
    assertTrue(unbounded.isEmpty());
  }

  @Conformance
  @Rule("Q10")
  void offerAllKeepsNothingOfTheListItself(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      List<Integer> list = new ArrayList<>(List.of(1, 2, 3));
      assertTrue(queue.offerAll(list));
      assertEquals(List.of(1, 2, 3), list);
      list.clear();
      assertEquals(List.of(1, 2, 3), drain(queue));
    }
  }

  @Conformance
  @Rule("Q12")
  void addIsOfferThatThrowsWhenFullAndThatIsNoMisuse(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 1));
    queue.add(1);
    IllegalStateException full = assertThrows(IllegalStateException.class, () -> queue.add(2));
    assertFalse(full instanceof MisuseException, full::toString);
    assertFalse(full instanceof ClosedException, full::toString);
    assertEquals(List.of(1), drain(queue));
  }

  @Conformance
  @Rule("Q13")
  void sizeIsExactWhenQuiet(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      assertTrue(queue.isEmpty());
      for (int size = 1; size <= 20; size++) {
        queue.add(size);
        assertEquals(size, queue.size());
        assertFalse(queue.isEmpty());
      }
      queue.poll();
      queue.drainTo(item -> {}, 4);
      assertEquals(15, queue.size());
      assertEquals(15, scene.async(queue::size).result(), "asked by another thread");
      assertFalse(scene.async(queue::isEmpty).result());
      var batch = queue.detach();
      assertEquals(0, queue.size());
      batch.next();
      queue.restore(batch);
      assertEquals(14, queue.size());
      drain(queue);
      assertEquals(0, queue.size());
      assertTrue(queue.isEmpty());
    }
  }

  @Conformance
  @Rule("Q13")
  void anUnboundedQueueHasTheLargestCapacityThereIs(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.unbounded("q"));
    assertEquals(Integer.MAX_VALUE, queue.capacity());
  }

  @Conformance
  @Rule("G1")
  void aWrongArgumentIsNamedAndChangesNothing(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      queue.add(1);
      for (boolean closed : new boolean[] {false, true}) {
        namesNull("item", () -> queue.offer(null));
        namesNull("item", () -> queue.add(null));
        namesNull("item", () -> queue.put(null));
        namesNull("item", () -> queue.offer(null, Duration.ZERO));
        namesNull("limit", () -> queue.offer(1, null));
        namesNull("items", () -> queue.offerAll(null));
        namesNull("limit", () -> queue.poll(null));
        namesNull("sink", () -> queue.drainTo(null, 1));
        namesNull("batch", () -> queue.restore(null));
        IllegalArgumentException range =
            assertThrows(IllegalArgumentException.class, () -> queue.drainTo(item -> {}, -1));
        assertTrue(range.getMessage().contains("limit"), range.getMessage());
        assertTrue(range.getMessage().contains("-1"), range.getMessage());
        assertEquals(1, queue.size());
        queue.close();
      }
    }
  }

  private static void namesNull(String parameter, Executable call) {
    NullPointerException thrown = assertThrows(NullPointerException.class, call);
    assertTrue(String.valueOf(thrown.getMessage()).contains(parameter), thrown::toString);
  }
}
