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
import dev.quern.Handler;
import dev.quern.MisuseException;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** flush (D17). */
public class DaemonQueueFlushRules {

  @Conformance
  @Rule("D17")
  void flushWaitsForAllThatWasAcceptedBeforeAndForItsBatchsEnd(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate handling = log.gateAt(2);
          Gate ending = log.gateAt(END);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2));
          handling.awaitReached();
          Async<?> flush = Waiter.start(scene, () -> queue.flush());
          handling.open();
          ending.awaitReached();
          assertFalse(queue.flush(Waiter.GLANCE), "the batch has not ended");
          assertFalse(flush.isDone());
          ending.open();
          flush.result();
          assertTrue(queue.flush(Duration.ZERO));
          assertEquals(List.of(1, 2, END), log.events());
        });
  }

  @Conformance
  @Rule({"D17", "G4"})
  void aTimedFlushIsFalseWhenTimeIsUpAndAnInterruptedOneEnds(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          assertTrue(queue.flush(Duration.ZERO), "nothing to wait for");
          queue.add(1);
          gate.awaitReached();
          assertFalse(queue.flush(Duration.ZERO));
          assertFalse(queue.flush(Duration.ofSeconds(-1)));
          long start = System.nanoTime();
          assertFalse(queue.flush(Waiter.GLANCE));
          assertTrue(System.nanoTime() - start >= Waiter.GLANCE.toNanos());
          Async<?> flush = Waiter.start(scene, () -> queue.flush());
          flush.thread().interrupt();
          assertInstanceOf(InterruptedException.class, flush.thrown());
          gate.open();
          assertTrue(queue.flush(Scene.LIMIT));
          assertEquals(List.of(1, END), log.events());
        });
  }

  @Conformance
  @Rule("D17")
  void flushDoesNotWaitForWhatComesLater(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicBoolean stop = new AtomicBoolean();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.bounded(16).maxBatch(4), (Integer item) -> {});
          Crew busy =
              Crew.start(
                  scene,
                  1,
                  (id, random) -> {
                    while (!stop.get()) {
                      queue.put(1);
                    }
                  });
          for (int i = 0; i < scene.times(20); i++) {
            assertTrue(queue.flush(Scene.LIMIT), "flush follows the producer");
          }
          stop.set(true);
          busy.join();
        });
  }

  @Conformance
  @Rule("D17")
  void flushWaitsForAQueueThatIsPausedOrInactive(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), log);
          queue.add(1);
          Async<?> first = Waiter.start(scene, () -> queue.flush());
          queue.activate();
          first.result();
          queue.pause();
          queue.add(2);
          Async<?> second = Waiter.start(scene, () -> queue.flush());
          queue.resume();
          second.result();
          assertEquals(List.of(1, END, 2, END), log.events());
        });
  }

  @Conformance
  @Rule({"D17", "D11"})
  void aFlushDoesNotOutliveTheItemsThatCloseNowTookAway(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), new BatchLog());
          queue.add(1);
          Async<?> flush = Waiter.start(scene, () -> queue.flush());
          assertEquals(List.of(1), queue.closeNow());
          flush.thread().join(Scene.LIMIT.toMillis());
          assertFalse(flush.thread().isAlive(), "flush hangs");
        });
  }

  @Conformance
  @Rule({"D17", "G3"})
  void afterFlushTheItemAndItsBatchsEndAreVisible(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          List<boolean[]> open = new ArrayList<>();
          DaemonQueue<boolean[]> queue =
              kind.make(
                  scene.quern(),
                  kind.unbounded().maxBatch(3),
                  Handler.<boolean[]>of(
                      open::add,
                      () -> {
                        open.forEach(item -> item[0] = true);
                        open.clear();
                      }));
          Crew.start(
                  scene,
                  3,
                  (id, random) -> {
                    for (int i = 0; i < scene.times(80); i++) {
                      boolean[] ended = new boolean[1];
                      queue.put(ended);
                      Crew.pause(random);
                      queue.flush();
                      assertTrue(ended[0], "flush returned before the batch's end");
                    }
                  })
              .join();
        });
  }

  @Conformance
  @Rule({"D17", "G6"})
  void flushIsMisuseWhereItWouldWaitForItself(Scene scene) throws Exception {
    BatchLog root = new BatchLog();
    BatchLog a = new BatchLog();
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("root"), root);
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("a"), a);
    DaemonQueue<Integer> sibling = target.newChild(DaemonQueueSpec.unbounded("b"), new BatchLog());
    DaemonQueue<Integer> grandchild =
        child.newChild(DaemonQueueSpec.unbounded("c"), new BatchLog());
    List<DaemonQueue<Integer>> family = List.of(target, child, sibling, grandchild);
    for (BatchLog log : List.of(root, a)) {
      for (int when : new int[] {1, END}) {
        log.at(when, () -> family.forEach(DaemonQueueFlushRules::flushIsMisuse));
      }
    }
    target.add(1);
    child.add(1);
    target.flush();
    child.flush();
    assertEquals(List.of(1, END), root.events());
    assertEquals(List.of(1, END), a.events());
  }

  @Conformance
  @Rule({"D17", "G6"})
  void flushFromTheOnlyWorkerOfItsPoolIsMisuse(Scene scene) throws Exception {
    scene.quern().threadPool(ThreadPoolSpec.named("one").maxThreads(1));
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> other =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("b").pool("one"), new BatchLog());
    log.at(1, () -> flushIsMisuse(other));
    DaemonQueue<Integer> queue =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("a").pool("one"), log);
    queue.add(1);
    queue.flush();
    assertEquals(List.of(1, END), log.events());
  }

  private static void flushIsMisuse(DaemonQueue<?> queue) {
    MisuseException misuse = assertThrows(MisuseException.class, () -> queue.flush());
    assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
    assertThrows(MisuseException.class, () -> queue.flush(Duration.ZERO));
    assertThrows(MisuseException.class, () -> queue.flush(Duration.ofSeconds(60)));
  }
}
