// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Batches and their ends (D3, D4). */
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

  /** A pool counts the runs that were asked of it, so with the pool kind wake-ups can be seen. */
  @Conformance
  @Rule({"D3", "D5", "D13"})
  void onlyAnAppendThatFindsTheDrainerAsleepWakesIt(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    Gate gate = log.gateAt(1);
    DaemonQueue<Integer> queue =
        DaemonKind.POOL.make(scene.quern(), DaemonKind.POOL.unbounded().inactive(true), log);
    queue.add(0);
    assertEquals(0, wakeUps(scene), "inactive");
    queue.activate();
    queue.activate();
    queue.flush();
    assertEquals(1, wakeUps(scene));
    queue.add(1);
    gate.awaitReached();
    assertEquals(2, wakeUps(scene));
    IntStream.range(2, 50).forEach(queue::add);
    assertEquals(2, wakeUps(scene), "draining");
    gate.open();
    queue.flush();
    queue.pauseAndWait();
    long before = wakeUps(scene);
    IntStream.range(50, 60).forEach(queue::add);
    assertEquals(before, wakeUps(scene), "paused");
    queue.resume();
    queue.flush();
    assertEquals(IntStream.range(0, 60).boxed().toList(), log.items());
  }

  private static long wakeUps(Scene scene) {
    return scene
        .quern()
        .inspect()
        .family(Kind.THREAD_POOL, DaemonKind.POOL.title() + ".pool")
        .map(family -> family.accepted() + family.coalesced())
        .orElseThrow();
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
}
