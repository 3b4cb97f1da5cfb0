// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Batch;
import dev.quern.ClosedException;
import dev.quern.Inlet;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;

/** Closing a queue (Q16, G11, G19). */
public class QueueClosingRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Every way to append one item. */
  static <E> Map<String, Executable> appends(Inlet<E> inlet, E item) {
    Map<String, Executable> calls = new TreeMap<>();
    calls.put("add", () -> inlet.add(item));
    calls.put("offer", () -> inlet.offer(item));
    calls.put("timed offer", () -> inlet.offer(item, LONG));
    calls.put("offer of no time", () -> inlet.offer(item, Duration.ZERO));
    calls.put("put", () -> inlet.put(item));
    calls.put("offerAll", () -> inlet.offerAll(List.of(item)));
    return calls;
  }

  private static List<Queue<Integer>> bothKinds(Scene scene) {
    return List.of(
        scene.quern().newQueue(QueueSpec.bounded("b", 4).producersWait(true)),
        scene.quern().newQueue(QueueSpec.unbounded("u")));
  }

  @Conformance
  @Rule({"Q16", "G11"})
  void afterCloseEveryAppendThrowsAlsoWhenFull(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      assertFalse(queue.isClosed());
      queue.offerAll(List.of(1, 2, 3, 4));
      queue.close();
      assertTrue(queue.isClosed());
      for (int i = 0; i < 3; i++) {
        appends(queue, 9)
            .forEach(
                (name, call) -> {
                  ClosedException closed = assertThrows(ClosedException.class, call, name);
                  assertTrue(closed.getMessage().contains(queue.name()), closed.getMessage());
                });
      }
      assertEquals(List.of(1, 2, 3, 4), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule("Q16")
  void theConsumerSideWorksOnUntilTheQueueIsEmpty(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      queue.offerAll(List.of(1, 2, 3, 4));
      queue.close();
      assertEquals(4, queue.size());
      assertEquals(1, queue.peek());
      assertEquals(1, queue.poll());
      Batch<Integer> batch = queue.detach();
      assertEquals(2, batch.next());
      assertNull(queue.poll());
      queue.restore(batch);
      assertEquals(3, queue.take());
      assertEquals(4, queue.poll(LONG));
      assertNull(queue.poll());
      assertNull(queue.peek());
      assertEquals(0, queue.drainTo(item -> {}, 1));
      assertFalse(queue.detach().hasNext());
      assertThrows(ClosedException.class, queue::take);
      assertThrows(ClosedException.class, () -> queue.poll(LONG));
      assertThrows(ClosedException.class, () -> queue.poll(Duration.ZERO));
    }
  }

  @Conformance
  @Rule("Q16")
  void drainToWorksOnAfterClose(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      queue.offerAll(List.of(1, 2, 3));
      queue.close();
      List<Integer> out = new ArrayList<>();
      assertEquals(2, queue.drainTo(out::add, 2));
      assertEquals(1, queue.drainTo(out::add, 2));
      assertEquals(List.of(1, 2, 3), out);
    }
  }

  @Conformance
  @Rule("Q16")
  void closeMakesWaitingProducersThrowAndTheirItemsAreNotAccepted(Scene scene) throws Exception {
    Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", 1).producersWait(true));
    queue.add(1);
    Async<?> putter = Waiter.start(scene, () -> queue.put(2));
    Async<?> offerer = Waiter.start(scene, () -> queue.offer(3, LONG));
    queue.close();
    assertInstanceOf(ClosedException.class, putter.thrown());
    assertInstanceOf(ClosedException.class, offerer.thrown());
    assertEquals(List.of(1), QueueRules.drain(queue));
  }

  @Conformance
  @Rule("Q16")
  void closeMakesAWaitingConsumerThrow(Scene scene) throws Exception {
    for (boolean timed : new boolean[] {false, true}) {
      for (Queue<Integer> queue : bothKinds(scene)) {
        Async<Integer> taker = Waiter.start(scene, () -> timed ? queue.poll(LONG) : queue.take());
        queue.close();
        assertInstanceOf(ClosedException.class, taker.thrown());
        assertNull(queue.poll());
      }
    }
  }

  @Conformance
  @Rule({"Q16", "Q11"})
  void closeNeverRunsTheSignal(Scene scene) throws Exception {
    AtomicInteger signals = new AtomicInteger();
    Queue<Integer> armed =
        scene.quern().newQueue(QueueSpec.unbounded("q"), signals::incrementAndGet);
    armed.close();
    assertThrows(ClosedException.class, () -> armed.offer(1));
    assertEquals(0, signals.get());
    Queue<Integer> waited =
        scene.quern().newQueue(QueueSpec.unbounded("q"), signals::incrementAndGet);
    Async<Integer> taker = Waiter.start(scene, waited::take);
    waited.close();
    assertInstanceOf(ClosedException.class, taker.thrown());
    assertEquals(0, signals.get());
  }

  @Conformance
  @Rule({"Q16", "G19"})
  void closeMayBeCalledAgainInAnyForm(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      queue.close();
      queue.close();
      assertEquals(List.of(), queue.close(LONG));
      assertEquals(List.of(), queue.close(Duration.ZERO));
      assertTrue(queue.isClosed());
    }
  }

  @Conformance
  @Rule({"G11", "Q16", "Q4"})
  void anAppendThatRacesWithCloseIsServedOrThrows(Scene scene) throws Exception {
    for (int round = 0; round < scene.times(40); round++) {
      boolean bounded = round % 2 == 0;
      Queue<History.Item> queue =
          scene
              .quern()
              .newQueue(
                  bounded
                      ? QueueSpec.bounded("q", 3).producersWait(true)
                      : QueueSpec.unbounded("q"));
      History history = new History();
      CountDownLatch some = new CountDownLatch(1 + scene.random().nextInt(20));
      AtomicBoolean closed = new AtomicBoolean();
      Crew producers =
          Crew.start(
              scene,
              3,
              (id, random) -> {
                boolean open = true;
                while (open) {
                  boolean late = closed.get();
                  open = append(queue, history, random.nextInt(4));
                  assertFalse(late && open, "accepted or refused after close returned");
                  some.countDown();
                }
              });
      Crew closer =
          Crew.start(
              scene,
              1,
              (id, random) -> {
                some.await();
                Crew.pause(random);
                queue.close();
                closed.set(true);
              });
      while (!producers.ended()) {
        queue.drainTo(history::taken, 4);
        Crew.pause(scene.random());
      }
      closer.join();
      producers.join();
      queue.detach().forEachRemaining(history::taken);
      history.check();
    }
  }

  /** Returns false where the queue said that it is closed. */
  private static boolean append(Inlet<History.Item> queue, History history, int way)
      throws InterruptedException {
    History.Item item = history.begin();
    try {
      boolean accepted = true;
      switch (way) {
        case 0 -> accepted = queue.offer(item);
        case 1 -> accepted = queue.offerAll(List.of(item));
        case 2 -> accepted = queue.offer(item, LONG);
        default -> queue.put(item);
      }
      if (accepted) {
        history.accepted(item);
      }
      return true;
    } catch (ClosedException e) {
      return false;
    }
  }
}
