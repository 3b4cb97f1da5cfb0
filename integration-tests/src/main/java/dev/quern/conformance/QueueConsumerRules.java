// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Batch;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** The consumer side: one thread at a time, and drainTo (Q7, Q14). */
public class QueueConsumerRules {

  private static Map<String, Callable<?>> consumerSide(Queue<Integer> queue, Batch<Integer> batch) {
    Map<String, Callable<?>> calls = new TreeMap<>();
    calls.put("poll", queue::poll);
    calls.put("timed poll", () -> queue.poll(Duration.ZERO));
    calls.put("take", queue::take);
    calls.put("peek", queue::peek);
    calls.put("drainTo", () -> queue.drainTo(item -> {}, 1));
    calls.put("detach", queue::detach);
    calls.put(
        "restore",
        () -> {
          queue.restore(batch);
          return null;
        });
    return calls;
  }

  @Conformance
  @Rule("Q7")
  void theConsumerRoleMovesBetweenThreadsThatAreOrdered(Scene scene) throws Exception {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      for (int i = 0; i < 30; i++) {
        queue.add(i);
      }
      for (int i = 0; i < 30; i += 3) {
        int first = i;
        Integer polled = scene.async(() -> queue.poll()).result();
        assertEquals(i, polled);
        assertEquals(i + 1, queue.take());
        Batch<Integer> batch = scene.async(queue::detach).result();
        assertEquals(first + 2, batch.next());
        scene
            .async(
                () -> {
                  queue.restore(batch);
                  return true;
                })
            .result();
      }
      assertNull(queue.poll());
    }
  }

  @Conformance
  @Rule("Q7")
  void withChecksOnASecondConsumerIsMisuse(Scene scene) throws Exception {
    if (!scene.checks()) {
      return; // then it is the caller's duty alone
    }
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.add(0);
      Batch<Integer> batch = queue.detach();
      queue.offerAll(List.of(1, 2, 3));
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      Async<Integer> consumer =
          scene.async(
              () ->
                  queue.drainTo(
                      item -> {
                        inside.countDown();
                        scene.await(leave);
                      },
                      1));
      scene.await(inside);
      consumerSide(queue, batch)
          .forEach(
              (name, call) -> {
                MisuseException misuse = assertThrows(MisuseException.class, call::call, name);
                assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
              });
      leave.countDown();
      assertEquals(1, consumer.result());
      queue.restore(batch);
      assertEquals(List.of(0, 2, 3), QueueRules.drain(queue), "nothing was lost or changed");
    }
  }

  @Conformance
  @Rule("Q7")
  void withChecksOnAWaitingConsumerIsInside(Scene scene) throws Exception {
    if (!scene.checks()) {
      return; // then it is the caller's duty alone
    }
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.unbounded("q"));
    Async<Integer> taker = Waiter.start(scene, queue::take);
    assertThrows(MisuseException.class, queue::poll);
    assertThrows(MisuseException.class, queue::take);
    queue.add(1);
    assertEquals(1, taker.result());
    assertNull(queue.poll());
  }

  @Conformance
  @Rule("Q7")
  void withChecksOnTheConsumerSideIsMisuseFromInsideItself(Scene scene) {
    if (!scene.checks()) {
      return; // then it is the caller's duty alone
    }
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.add(0);
      Batch<Integer> batch = queue.detach();
      queue.offerAll(List.of(1, 2, 3));
      queue.drainTo(
          item ->
              consumerSide(queue, batch)
                  .forEach((name, call) -> assertThrows(MisuseException.class, call::call, name)),
          1);
      queue.restore(batch);
      assertEquals(List.of(0, 2, 3), QueueRules.drain(queue), "nothing was lost or changed");
    }
  }

  @Conformance
  @Rule({"Q7", "Q13"})
  void theProducerSideAndTheSizesAreOpenFromInsideTheConsumer(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      queue.add(1);
      queue.drainTo(
          item -> {
            assertTrue(queue.isEmpty());
            assertTrue(queue.offer(2));
            assertEquals(1, queue.size());
          },
          1);
      assertEquals(List.of(2), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q14")
  void drainToHandsOverUpToItsLimitInOrder(Scene scene) {
    for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
      List<Integer> out = new ArrayList<>();
      assertEquals(0, queue.drainTo(out::add, 5));
      queue.offerAll(List.of(1, 2, 3, 4, 5, 6, 7));
      assertEquals(3, queue.drainTo(out::add, 3));
      assertEquals(List.of(1, 2, 3), out);
      assertEquals(4, queue.size());
      assertEquals(4, queue.drainTo(out::add, 4));
      assertEquals(0, queue.drainTo(out::add, 4));
      queue.offerAll(List.of(8, 9));
      assertEquals(2, queue.drainTo(out::add, Integer.MAX_VALUE));
      assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9), out);
    }
  }

  @Conformance
  @Rule({"Q14", "Q1"})
  void drainToMakesRoomForWhatItTook(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 4));
    queue.offerAll(List.of(1, 2, 3, 4));
    queue.drainTo(item -> {}, 3);
    assertTrue(queue.offerAll(List.of(5, 6, 7)));
    assertEquals(4, queue.size());
    assertEquals(List.of(4, 5, 6, 7), QueueRules.drain(queue));
  }

  @Conformance
  @Rule({"Q14", "Q1", "Q13"})
  void insideTheSinkThatItemIsTakenAndNoOther(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 4));
    queue.offerAll(List.of(1, 2, 3, 4));
    List<Integer> out = new ArrayList<>();
    int taken =
        queue.drainTo(
            item -> {
              out.add(item);
              assertEquals(3, queue.size());
              assertTrue(queue.offer(item + 4), "the room of the one is free");
              assertFalse(queue.offer(0), "and no more");
            },
            6);
    assertEquals(6, taken);
    assertEquals(List.of(1, 2, 3, 4, 5, 6), out);
    assertEquals(List.of(7, 8, 9, 10), QueueRules.drain(queue));
  }

  @Conformance
  @Rule("Q14")
  void whenTheSinkThrowsTheItemItThrewOnIsTakenAndNoOther(Scene scene) throws Exception {
    for (Throwable planted : List.of(new IllegalStateException("planted"), new Error("planted"))) {
      for (Queue<Integer> queue : QueueRules.bothKinds(scene)) {
        queue.offerAll(List.of(1, 2, 3, 4, 5));
        List<Integer> out = new ArrayList<>();
        Throwable thrown =
            assertThrows(
                Throwable.class,
                () ->
                    queue.drainTo(
                        item -> {
                          if (item == 3) {
                            QueueConsumerRules.<RuntimeException>raise(planted);
                          }
                          out.add(item);
                        },
                        5));
        assertSame(planted, thrown);
        assertEquals(List.of(1, 2), out);
        assertEquals(2, queue.size());
        // The consumer side is free again, for any thread.
        Integer polled = scene.async(() -> queue.poll()).result();
        assertEquals(4, polled);
        assertEquals(List.of(5), QueueRules.drain(queue));
      }
    }
  }

  @Conformance
  @Rule("Q14")
  void theRoomOfAnItemThatTheSinkThrewOnIsFree(Scene scene) {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 3));
    queue.offerAll(List.of(1, 2, 3));
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () ->
                queue.drainTo(
                    item -> {
                      throw new UnsupportedOperationException();
                    },
                    3));
    assertInstanceOf(UnsupportedOperationException.class, thrown);
    assertTrue(queue.offer(4));
    assertTrue(!queue.offer(5));
    assertEquals(List.of(2, 3, 4), QueueRules.drain(queue));
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void raise(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
