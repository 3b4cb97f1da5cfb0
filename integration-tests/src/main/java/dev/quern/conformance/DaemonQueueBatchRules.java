// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Batches and their ends, and flush (D3, D4, D17). */
public class DaemonQueueBatchRules {

  private static DaemonQueue<Integer> batched(
      Scene scene, DaemonKind kind, int maxBatch, BatchLog log) {
    return kind.make(scene.quern(), kind.unbounded().maxBatch(maxBatch).inactive(true), log);
  }

  @Conformance
  @Rule("D4")
  void aBatchEndsWhenTheQueueIsEmptyAndAfterMaxBatchItems(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = batched(scene, kind, 4, log);
          queue.offerAll(IntStream.rangeClosed(1, 10).boxed().toList());
          queue.activate();
          queue.flush();
          List<Integer> expected = List.of(1, 2, 3, 4, END, 5, 6, 7, 8, END, 9, 10, END);
          assertEquals(expected, log.events());
        });
  }

  @Conformance
  @Rule("D4")
  void aBatchThatWasFullWhenTheQueueBecameEmptyEndsOnce(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = batched(scene, kind, 2, log);
          queue.offerAll(List.of(1, 2, 3, 4));
          queue.activate();
          queue.flush();
          queue.close();
          assertEquals(List.of(1, 2, END, 3, 4, END), log.events());
        });
  }

  @Conformance
  @Rule("D4")
  void aMaxBatchOfOneEndsAfterEachItem(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = batched(scene, kind, 1, log);
          queue.offerAll(List.of(1, 2, 3));
          queue.activate();
          queue.close();
          assertEquals(List.of(1, END, 2, END, 3, END), log.events());
        });
  }

  @Conformance
  @Rule("D4")
  void withoutAnItemThereIsNoBatchToEnd(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = batched(scene, kind, 4, log);
          queue.activate();
          queue.flush();
          queue.pause();
          queue.pauseAndWait();
          queue.resume();
          queue.resume();
          queue.flush();
          queue.close();
          assertEquals(List.of(), log.events());
        });
  }

  @Conformance
  @Rule("D4")
  void aPauseEndsTheBatch(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2, 3, 4));
          gate.awaitReached();
          queue.pause();
          gate.open();
          scene.eventually("the batch ended", () -> log.events().contains(END));
          queue.pauseAndWait();
          List<Integer> before = log.events();
          assertTrue(
              before.equals(List.of(1, END)) || before.equals(List.of(1, 2, END)),
              before::toString);
          queue.resume();
          queue.resume();
          queue.flush();
          List<Integer> expected = new ArrayList<>(before);
          expected.addAll(List.of(2, 3, 4, END).subList(before.size() - 2, 4));
          assertEquals(expected, log.events());
        });
  }

  @Conformance
  @Rule({"D4", "G5"})
  void aBatchEndsAlsoAfterAHandlerThatThrew(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          scene.failures().clear();
          Exception planted = new Exception("planted");
          BatchLog log = new BatchLog();
          for (int item : new int[] {1, 4}) {
            log.at(
                item,
                () -> {
                  throw planted;
                });
          }
          DaemonQueue<Integer> queue = batched(scene, kind, 2, log);
          queue.offerAll(List.of(1, 2, 3, 4));
          queue.activate();
          queue.flush();
          queue.add(1);
          queue.flush();
          assertEquals(List.of(1, 2, END, 3, 4, END, 1, END), log.events());
          assertEquals(3, scene.failures().size());
        });
  }

  @Conformance
  @Rule({"D4", "G5", "G16"})
  void aBatchEndThatThrowsIsReportedAndTheQueueGoesOn(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          scene.failures().clear();
          Error planted = new Error("planted");
          BatchLog log = new BatchLog();
          log.at(
              END,
              () -> {
                throw planted;
              });
          DaemonQueue<Integer> queue = batched(scene, kind, 2, log);
          queue.offerAll(List.of(1, 2, 3));
          queue.activate();
          queue.flush();
          queue.close();
          assertEquals(List.of(1, 2, END, 3, END), log.events());
          assertEquals(2, scene.failures().size());
          assertSame(planted, scene.failures().get(0).cause());
          assertEquals(kind.title(), scene.failures().get(0).primitive());
        });
  }

  @Conformance
  @Rule({"D4", "D1", "G16"})
  void aBatchEndMayEnqueueAndThatIsANewBatch(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          log.at(
              END,
              () -> {
                if (log.items().size() < 3) {
                  queue.add(7);
                }
              });
          queue.add(7);
          log.awaitEvents(scene, 6);
          queue.close();
          assertEquals(List.of(7, END, 7, END, 7, END), log.events());
        });
  }

  @Conformance
  @Rule({"D3", "D4"})
  void aParkThatReturnsForNoReasonDoesNoHarm(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.add(0);
          queue.flush();
          List<Integer> expected = new ArrayList<>(List.of(0, END));
          for (int i = 1; i <= scene.times(50); i++) {
            for (int times = scene.random().nextInt(4); times >= 0; times--) {
              LockSupport.unpark(log.drainer());
              Crew.pause(scene.random());
            }
            queue.add(i);
            queue.flush();
            expected.addAll(List.of(i, END));
          }
          assertEquals(expected, log.events());
        });
  }

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
          DaemonQueue<Integer> queue = batched(scene, kind, 4, log);
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
          DaemonQueue<Integer> queue = batched(scene, kind, 4, new BatchLog());
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
                  dev.quern.Handler.<boolean[]>of(
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
        log.at(when, () -> family.forEach(DaemonQueueBatchRules::flushIsMisuse));
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
