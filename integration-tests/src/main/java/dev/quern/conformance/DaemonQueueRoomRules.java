// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Bounded daemon queues: refuse, wait, and who must not wait (D12). */
public class DaemonQueueRoomRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Inactive and full: holds 1 and 2. */
  private static DaemonQueue<Integer> full(Scene scene, DaemonKind kind, BatchLog log) {
    DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.bounded(2).inactive(true), log);
    assertTrue(queue.offerAll(List.of(1, 2)));
    return queue;
  }

  @Conformance
  @Rule("D12")
  void whenFullOfferRefusesAddThrowsAndPutWaits(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = full(scene, kind, log);
          assertFalse(queue.offer(3));
          assertFalse(queue.offerAll(List.of(3)));
          IllegalStateException thrown =
              assertThrows(IllegalStateException.class, () -> queue.add(3));
          assertFalse(
              thrown instanceof MisuseException || thrown instanceof ClosedException,
              thrown::toString);
          assertFalse(queue.offer(3, Duration.ZERO));
          assertFalse(queue.offer(3, Waiter.GLANCE));
          Async<?> put = Waiter.start(scene, () -> queue.put(4));
          queue.activate();
          put.result();
          queue.close();
          assertEquals(List.of(1, 2, 4), log.items());
        });
  }

  @Conformance
  @Rule({"D12", "Q12"})
  void aTimedOfferWaitsForRoom(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = full(scene, kind, log);
          Async<Boolean> offer = Waiter.start(scene, () -> queue.offer(3, LONG));
          queue.activate();
          assertTrue(offer.result());
          queue.close();
          assertEquals(List.of(1, 2, 3), log.items());
        });
  }

  @Conformance
  @Rule({"D12", "Q12"})
  void madeWithoutProducersWaitPutIsMisuse(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.bounded(2).producersWait(false), log);
          assertThrows(MisuseException.class, () -> queue.put(1));
          assertThrows(MisuseException.class, () -> queue.offer(1, LONG));
          queue.close();
          assertEquals(List.of(), log.events());
        });
  }

  @Conformance
  @Rule({"D12", "G11"})
  void closeMakesWaitingProducersThrowAndTheirItemsAreNotAccepted(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = full(scene, kind, log);
          Async<?> put = Waiter.start(scene, () -> queue.put(3));
          Async<?> offer = Waiter.start(scene, () -> queue.offer(4, LONG));
          queue.close(); // makes room, and not for them
          assertInstanceOf(ClosedException.class, put.thrown());
          assertInstanceOf(ClosedException.class, offer.thrown());
          assertEquals(List.of(1, 2, END), log.events());
        });
  }

  @Conformance
  @Rule({"D12", "D11"})
  void closeNowMakesWaitingProducersThrowAndDoesNotReturnTheirItems(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          DaemonQueue<Integer> queue = full(scene, kind, new BatchLog());
          Async<?> put = Waiter.start(scene, () -> queue.put(3));
          assertEquals(List.of(1, 2), queue.closeNow());
          assertInstanceOf(ClosedException.class, put.thrown());
        });
  }

  @Conformance
  @Rule({"D12", "G6"})
  void aDrainerThatWouldWaitForRoomInItsOwnQueueIsMisuse(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicReference<DaemonQueue<Integer>> itself = new AtomicReference<>();
          BatchLog log = new BatchLog();
          log.at(1, () -> wouldWait(itself.get()));
          itself.set(kind.make(scene.quern(), kind.bounded(3), log));
          itself.get().put(1);
          itself.get().flush();
          itself.get().close();
          List<Integer> expected = new ArrayList<>(List.of(1));
          log.items().stream().skip(1).forEach(item -> expected.add(9));
          assertEquals(expected, log.items(), "only what was accepted was handled");
          assertTrue(log.items().size() > 1);
        });
  }

  @Conformance
  @Rule({"D12", "G6"})
  void aDrainerThatWouldWaitForItsTargetItsChildOrItsSiblingIsMisuse(Scene scene) throws Exception {
    for (DaemonKind kind : List.of(DaemonKind.THREAD, DaemonKind.POOL)) {
      BatchLog root = new BatchLog();
      BatchLog left = new BatchLog();
      BatchLog leaf = new BatchLog();
      DaemonQueue<Integer> target = kind.make(scene.quern(), kind.bounded(2), root);
      DaemonQueue<Integer> child =
          target.newChild(DaemonQueueSpec.bounded(kind.title() + ".a", 2), left);
      DaemonQueue<Integer> sibling =
          target.newChild(DaemonQueueSpec.bounded(kind.title() + ".b", 2), new BatchLog());
      DaemonQueue<Integer> grandchild =
          child.newChild(DaemonQueueSpec.bounded(kind.title() + ".c", 2), leaf);
      List<DaemonQueue<Integer>> family = List.of(target, child, sibling, grandchild);
      for (BatchLog log : List.of(root, left, leaf)) {
        log.at(1, () -> allWouldWait(family));
      }
      for (DaemonQueue<Integer> queue : List.of(target, child, grandchild)) {
        queue.put(1);
        queue.flush();
        for (DaemonQueue<Integer> member : family) {
          member.flush();
        }
      }
      for (BatchLog log : List.of(root, left, leaf)) {
        assertEquals(1, log.items().stream().filter(item -> item == 1).count());
      }
    }
  }

  @Conformance
  @Rule({"D12", "G6"})
  void theOnlyWorkerOfAPoolThatWouldWaitForAQueueOfThatPoolIsMisuse(Scene scene) throws Exception {
    scene.quern().threadPool(ThreadPoolSpec.named("one").maxThreads(1));
    BatchLog log = new BatchLog();
    BatchLog other = new BatchLog();
    DaemonQueue<Integer> second =
        scene.quern().newDaemonQueue(DaemonQueueSpec.bounded("b", 2).pool("one"), other);
    log.at(1, () -> wouldWait(second));
    DaemonQueue<Integer> first =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("a").pool("one"), log);
    first.add(1);
    first.flush();
    second.flush();
    assertEquals(List.of(9, 9), other.items());
  }

  private static void allWouldWait(List<DaemonQueue<Integer>> queues) throws InterruptedException {
    for (DaemonQueue<Integer> queue : queues) {
      wouldWait(queue);
    }
  }

  /** Fills the queue, sees that it would have to wait now, and that nothing comes of that. */
  private static void wouldWait(DaemonQueue<Integer> queue) throws InterruptedException {
    queue.put(9); // with room it is no misuse
    while (queue.offer(9)) {
      Thread.onSpinWait();
    }
    int size = queue.size();
    MisuseException misuse = assertThrows(MisuseException.class, () -> queue.put(5));
    assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
    assertThrows(MisuseException.class, () -> queue.offer(5, LONG));
    assertFalse(queue.offer(5, Duration.ZERO), "which would not wait");
    assertEquals(size, queue.size());
  }

  @Conformance
  @Rule({"D12", "Q1"})
  void aBoundedQueueHoldsExactlyItsCapacity(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          for (int capacity : new int[] {1, 3, 5, 9}) {
            DaemonQueueSpec spec = DaemonQueueSpec.bounded(kind.title() + capacity, capacity);
            BatchLog log = new BatchLog();
            DaemonQueue<Integer> queue = kind.make(scene.quern(), spec.inactive(true), log);
            assertEquals(capacity, queue.capacity());
            for (int i = 0; i < capacity; i++) {
              assertTrue(queue.offer(i));
            }
            assertFalse(queue.offer(capacity));
            assertEquals(capacity, queue.size());
            queue.close();
            assertEquals(capacity, log.items().size());
          }
        });
  }
}
