// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.MisuseException;
import dev.quern.Quern;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Nested daemon queues of different providers: rule R5 with D7 to D10, D13, D14, D17. Children 0
 * and 2 of a target are of another provider than the target, and so is the grandchild.
 */
public class MixedTargetRules {
  private static final String[] NAMED = {
    "daemon-queue.c0", "daemon-queue.c2", "daemon-queue.grandchild"
  };

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  /** A target with four children, each with its log; the target can be held busy. */
  private static final class Family {
    final BatchLog log = new BatchLog();
    final DaemonQueue<Integer> target;
    final List<BatchLog> logs = new ArrayList<>();
    final List<DaemonQueue<Integer>> children = new ArrayList<>();

    Family(Quern quern) {
      target = quern.newDaemonQueue(DaemonQueueSpec.unbounded("target"), log);
      for (int i = 0; i < 4; i++) {
        logs.add(new BatchLog());
        children.add(child("c" + i, logs.get(i)));
      }
    }

    DaemonQueue<Integer> child(String name, Handler<Integer> handler) {
      return target.newChild(DaemonQueueSpec.unbounded(name), handler);
    }

    /** Returns once the target's handler is busy, until the gate is opened. */
    Gate hold() throws InterruptedException {
      Gate gate = log.gateAt(0);
      target.add(0);
      gate.awaitReached();
      return gate;
    }

    /** Each sibling of that child still has its turns. */
    void assertSiblingsGoOn(int child) throws InterruptedException {
      for (int i = 0; i < children.size(); i++) {
        if (i != child) {
          assertTrue(children.get(i).flush(Scene.LIMIT), "sibling " + i + " is stuck");
          assertEquals(List.of(1, 2, 3, END), logs.get(i).events(), "sibling " + i);
          children.get(i).add(4);
          assertTrue(children.get(i).flush(Scene.LIMIT), "sibling " + i + " is stuck later");
        }
      }
    }

    void close() {
      children.forEach(DaemonQueue::close);
      target.close();
    }
  }

  @Conformance
  @Rule({"R5", "D8"})
  void closingAChildThatIsPendingOnItsTargetCutsNoSiblingOff(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          for (int closed = 0; closed < 4; closed++) {
            Family family = new Family(mixture.quern());
            Gate gate = family.hold();
            family.children.forEach(child -> child.offerAll(upTo(3))); // in line, in this order
            DaemonQueue<Integer> closing = family.children.get(closed);
            Async<?> close = Waiter.start(scene, () -> closing.close());
            gate.open();
            close.result();
            assertEquals(List.of(1, 2, 3, END), family.logs.get(closed).events());
            family.assertSiblingsGoOn(closed);
            family.close();
          }
        });
  }

  @Conformance
  @Rule({"R5", "D8", "D11"})
  void closeNowOfAChildThatIsPendingOnItsTargetCutsNoSiblingOff(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          for (int closed = 0; closed < 4; closed++) {
            Family family = new Family(mixture.quern());
            Gate gate = family.hold();
            family.children.forEach(child -> child.offerAll(upTo(3)));
            assertEquals(upTo(3), family.children.get(closed).closeNow(), "nothing had begun");
            gate.open();
            family.assertSiblingsGoOn(closed);
            assertEquals(List.of(), family.logs.get(closed).events());
            family.close();
          }
        });
  }

  @Conformance
  @Rule({"R5", "D8"})
  void closingAllPendingChildrenAtOnceHandlesEveryItemOnce(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          for (int round = 0; round < scene.times(10); round++) {
            Family family = new Family(mixture.quern());
            Gate gate = family.hold();
            family.children.forEach(child -> child.offerAll(upTo(3)));
            Crew closers =
                Crew.start(
                    scene,
                    4,
                    (id, random) -> {
                      Crew.pause(random);
                      family.children.get(id).close();
                    });
            Crew.pause(scene.random());
            gate.open();
            closers.join();
            family.logs.forEach(log -> assertEquals(upTo(3), log.items()));
            assertTrue(family.target.flush(Scene.LIMIT));
            family.target.close();
          }
        });
  }

  @Conformance
  @Rule({"R5", "D7"})
  void aTargetWithLiveChildrenIsNotClosed(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Family family = new Family(mixture.quern());
          for (int i = 0; i < 4; i++) {
            for (String live : List.of("c3", "c" + i)) {
              String message =
                  String.valueOf(
                      assertThrows(MisuseException.class, family.target::close).getMessage());
              assertTrue(message.contains(live), message);
            }
            assertThrows(MisuseException.class, family.target::closeNow);
            family.target.add(i);
            family.children.get(i).close();
          }
          family.target.close();
          assertEquals(List.of(0, 1, 2, 3), family.log.items());
        });
  }

  @Conformance
  @Rule({"R5", "D8", "D13"})
  void aPausedTargetBeginsNoTurnAndAClosingChildWaitsForIt(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Family family = new Family(mixture.quern());
          family.children.get(3).close();
          family.target.pauseAndWait();
          for (int i = 0; i < 3; i++) {
            family.children.get(i).offerAll(upTo(2));
          }
          assertEquals(upTo(2), family.children.get(2).closeNow(), "which needs no turn");
          Async<?> close = Waiter.start(scene, () -> family.children.get(0).close());
          for (BatchLog log : family.logs) {
            assertEquals(List.of(), log.events(), "ran in a pause");
          }
          family.target.resume();
          close.result();
          assertEquals(List.of(1, 2, END), family.logs.get(0).events());
          assertTrue(family.children.get(1).flush(Scene.LIMIT));
          family.close();
        });
  }

  @Conformance
  @Rule({"R5", "D13"})
  void aPauseHoldsBackTheTurnsThatAreInLine(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Family family = new Family(mixture.quern());
          Gate gate = family.hold();
          family.children.forEach(child -> child.offerAll(upTo(3)));
          family.target.pause();
          gate.open();
          family.target.pauseAndWait();
          for (BatchLog log : family.logs) {
            assertEquals(List.of(), log.events(), "ran in a pause");
          }
          family.target.resume();
          assertFalse(family.children.get(0).flush(Duration.ZERO), "it is paused once more");
          family.target.resume();
          family.assertSiblingsGoOn(-1);
          family.close();
        });
  }

  /** The turn is asked for, and so is the target's drain, but not begun. */
  @Conformance
  @Rule({"R5", "D13"})
  void aPauseHoldsBackATurnThatIsOwed(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Quern quern = mixture.quern();
          ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("one").maxThreads(1).maxRun(1));
          Gate gate = new Gate();
          pool.newJob("holder", gate::pass).submit();
          gate.awaitReached();
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> target =
              quern.newDaemonQueue(DaemonQueueSpec.unbounded("target").pool("one"), log);
          for (String name : List.of("c0", "c1")) {
            target.newChild(DaemonQueueSpec.unbounded(name), log).add(1);
          }
          target.pause();
          CountDownLatch passed = new CountDownLatch(1);
          pool.newJob("behind the drain", passed::countDown).submit();
          gate.open();
          scene.await(passed);
          target.pauseAndWait();
          assertEquals(List.of(), log.events(), "ran in a pause");
          target.resume();
          target.resume();
          log.awaitEvents(scene, 4);
        });
  }

  @Conformance
  @Rule({"R5", "D8"})
  void closingAChildWithNothingPendingNeedsNoTurn(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Family family = new Family(mixture.quern());
          Gate gate = family.hold();
          for (DaemonQueue<Integer> child : family.children) {
            assertEquals(List.of(), child.close(Scene.LIMIT), "it waits for its target");
          }
          gate.open();
          family.close();
        });
  }

  @Conformance
  @Rule({"R5", "D9", "G3"})
  void queuesWithOneTargetNeverRunBesideEachOther(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          int items = scene.times(200);
          int[] handled = new int[1]; // plain: one at a time, each after the other
          AtomicInteger inside = new AtomicInteger();
          Handler<Integer> handler =
              item -> {
                assertEquals(1, inside.incrementAndGet(), "beside each other");
                handled[0]++;
                inside.decrementAndGet();
              };
          DaemonQueue<Integer> target =
              mixture.quern().newDaemonQueue(DaemonQueueSpec.unbounded("target"), handler);
          List<DaemonQueue<Integer>> all = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            all.add(target.newChild(DaemonQueueSpec.unbounded("c" + i).maxBatch(3), handler));
          }
          all.add(all.get(1).newChild(DaemonQueueSpec.unbounded("grandchild"), handler));
          all.add(target);
          Crew producers =
              Crew.start(
                  scene,
                  3,
                  (id, random) -> {
                    for (int i = 0; i < items; i++) {
                      all.get(random.nextInt(all.size())).add(i);
                      Crew.pause(random);
                    }
                  });
          producers.join();
          for (int i : new int[] {4, 0, 1, 2, 3, 5}) {
            all.get(i).close();
          }
          assertEquals(3 * items, handled[0]);
        });
  }

  @Conformance
  @Rule({"R5", "D10"})
  void whenABatchEndsTheSiblingsHaveTheirTurn(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Family family = new Family(mixture.quern());
          family.children.forEach(DaemonQueue::close);
          Gate gate = family.hold();
          List<Integer> order = Collections.synchronizedList(new ArrayList<>());
          List<DaemonQueue<Integer>> children = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            int id = i;
            DaemonQueueSpec spec = DaemonQueueSpec.unbounded("c" + i).maxBatch(2);
            children.add(family.target.newChild(spec, item -> order.add(id)));
            children.get(i).offerAll(upTo(4));
          }
          gate.open();
          for (DaemonQueue<Integer> child : children) {
            child.flush();
          }
          List<Integer> round = List.of(0, 0, 1, 1, 2, 2, 3, 3);
          assertEquals(round, order.subList(0, 8), "first come, first served");
          assertEquals(round, order.subList(8, 16), "and again");
          children.forEach(DaemonQueue::close);
          family.target.close();
        });
  }

  @Conformance
  @Rule({"R5", "D10"})
  void aTurnTakesNoRoomInItsTarget(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          DaemonQueueSpec spec = DaemonQueueSpec.bounded("target", 2).inactive(true);
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> target = mixture.quern().newDaemonQueue(spec, log);
          List<DaemonQueue<Integer>> children = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            children.add(target.newChild(DaemonQueueSpec.unbounded("c" + i), new BatchLog()));
            assertTrue(children.get(i).offer(1));
            assertTrue(target.isEmpty());
          }
          assertTrue(target.offerAll(upTo(2)));
          assertFalse(target.offer(3));
          assertTrue(children.get(0).offer(2), "though the target is full");
          target.activate();
          target.flush();
          assertEquals(upTo(2), log.items());
          children.forEach(DaemonQueue::close);
          target.close();
        });
  }

  @Conformance
  @Rule({"R5", "D14"})
  void theReclaimersAreChildrenOfTheSystems(Scene scene) throws Exception {
    Mixture.each(
        scene,
        NAMED,
        mixture -> {
          Quern quern = mixture.quern();
          List<Integer> freed = Collections.synchronizedList(new ArrayList<>());
          DaemonQueue<Integer> first = quern.newReclaimer("c0", freed::add);
          DaemonQueue<Integer> second = quern.newReclaimer("c1", freed::add);
          first.add(1);
          first.flush();
          second.add(2);
          second.flush();
          assertEquals(upTo(2), freed);
          first.close();
          second.close();
        });
  }
}
