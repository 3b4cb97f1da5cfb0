// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Job;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Nested queues: closing a child, and turns (D8, D10). */
public class DaemonQueueTargetRules {

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  /** A target with children, each with its log; the target can be held busy. */
  private static final class Family {
    final BatchLog log = new BatchLog();
    final DaemonQueue<Integer> target;
    final List<BatchLog> logs = new ArrayList<>();
    final List<DaemonQueue<Integer>> children = new ArrayList<>();

    Family(Scene scene, String name, int size) {
      target = scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded(name), log);
      for (int i = 0; i < size; i++) {
        logs.add(new BatchLog());
        children.add(target.newChild(DaemonQueueSpec.unbounded(name + "." + i), logs.get(i)));
      }
    }

    /** Returns once the target's handler is busy, until the gate is opened. */
    Gate hold() throws InterruptedException {
      Gate gate = log.gateAt(0);
      target.add(0);
      gate.awaitReached();
      return gate;
    }
  }

  @Conformance
  @Rule("D8")
  void closingAChildThatIsPendingOnItsTargetCutsNoSiblingOff(Scene scene) throws Exception {
    for (int closed = 0; closed < 3; closed++) {
      Family family = new Family(scene, "t" + closed, 3);
      Gate gate = family.hold();
      for (DaemonQueue<Integer> child : family.children) {
        child.offerAll(upTo(3)); // each child is now linked to the target, in this order
      }
      DaemonQueue<Integer> closing = family.children.get(closed);
      Async<?> close = Waiter.start(scene, () -> closing.close());
      gate.open();
      close.result();
      for (int i = 0; i < 3; i++) {
        assertTrue(
            i == closed || family.children.get(i).flush(Scene.LIMIT), "sibling " + i + " is stuck");
        assertEquals(List.of(1, 2, 3, END), family.logs.get(i).events(), "child " + i);
      }
      for (int i = 0; i < 3; i++) {
        if (i != closed) {
          family.children.get(i).add(4);
          assertTrue(family.children.get(i).flush(Scene.LIMIT), "sibling " + i + " is stuck later");
        }
      }
      family.target.flush();
      assertEquals(List.of(0, END), family.log.events());
    }
  }

  @Conformance
  @Rule({"D8", "D11"})
  void closeNowOfAChildThatIsPendingOnItsTargetCutsNoSiblingOff(Scene scene) throws Exception {
    for (int closed = 0; closed < 3; closed++) {
      Family family = new Family(scene, "t" + closed, 3);
      Gate gate = family.hold();
      for (DaemonQueue<Integer> child : family.children) {
        child.offerAll(upTo(3));
      }
      DaemonQueue<Integer> closing = family.children.get(closed);
      Async<List<Integer>> close = scene.async(closing::closeNow);
      scene.eventually(closing::isClosed);
      gate.open();
      List<Integer> returned = close.result();
      List<Integer> all = new ArrayList<>(family.logs.get(closed).items());
      all.addAll(returned);
      assertEquals(upTo(3), all);
      for (int i = 0; i < 3; i++) {
        if (i != closed) {
          assertTrue(family.children.get(i).flush(Scene.LIMIT), "sibling " + i + " is stuck");
          assertEquals(List.of(1, 2, 3, END), family.logs.get(i).events());
        }
      }
    }
  }

  @Conformance
  @Rule("D8")
  void closingAllPendingChildrenAtOnceHandlesEveryItemOnce(Scene scene) throws Exception {
    for (int round = 0; round < scene.times(10); round++) {
      Family family = new Family(scene, "t" + round, 3);
      Gate gate = family.hold();
      for (DaemonQueue<Integer> child : family.children) {
        child.offerAll(upTo(1 + scene.random().nextInt(3)));
      }
      Crew closers =
          Crew.start(
              scene,
              3,
              (id, random) -> {
                Crew.pause(random);
                family.children.get(id).close();
              });
      Crew.pause(scene.random());
      gate.open();
      closers.join();
      for (BatchLog log : family.logs) {
        assertEquals(upTo(log.items().size()), log.items());
        int ends = log.events().size() - log.items().size();
        // A close in the middle of a turn ends the batch begun (D4), and the rest is one more.
        assertTrue(ends == 1 || ends == 2, () -> "batch ends: " + log.events());
        assertEquals(END, log.events().get(log.events().size() - 1));
      }
      assertTrue(family.target.flush(Scene.LIMIT));
      family.target.close();
    }
  }

  @Conformance
  @Rule("D8")
  void closingAChildWithNothingPendingNeedsNoTurnOfItsTarget(Scene scene) throws Exception {
    Family family = new Family(scene, "t", 2);
    family.children.get(1).add(1);
    family.children.get(1).flush();
    Gate gate = family.hold();
    for (DaemonQueue<Integer> child : family.children) {
      assertEquals(List.of(), child.close(Scene.LIMIT), "it waits for its target");
    }
    assertEquals(List.of(0), family.log.events(), "the target is still held");
    gate.open();
    assertEquals(List.of(1, END), family.logs.get(1).events());
    assertEquals(List.of(), family.logs.get(0).events());
  }

  @Conformance
  @Rule({"D8", "D13"})
  void aChildClosedWhileItsTargetIsPausedWaitsForTheTarget(Scene scene) throws Exception {
    Family family = new Family(scene, "t", 2);
    family.target.pauseAndWait();
    family.children.get(0).offerAll(upTo(2));
    family.children.get(1).offerAll(upTo(2));
    Async<?> close = Waiter.start(scene, () -> family.children.get(0).close());
    assertEquals(List.of(), family.logs.get(0).events());
    family.target.resume();
    close.result();
    assertEquals(List.of(1, 2, END), family.logs.get(0).events());
    assertTrue(family.children.get(1).flush(Scene.LIMIT));
  }

  @Conformance
  @Rule({"D8", "D5"})
  void aChildClosedWhileItsTargetIsInactiveWaitsForTheTarget(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("t").inactive(true), log);
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c"), log);
    child.offerAll(upTo(2));
    Async<?> close = Waiter.start(scene, () -> child.close());
    assertEquals(List.of(), log.events());
    target.activate();
    close.result();
    assertEquals(List.of(1, 2, END), log.events());
  }

  @Conformance
  @Rule("D10")
  void whenABatchEndsTheSiblingsHaveTheirTurn(Scene scene) throws Exception {
    int maxBatch = 3;
    int[] sizes = {13, 7, 1, 10};
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    BatchLog log = new BatchLog();
    Gate gate = log.gateAt(0);
    DaemonQueue<Integer> target = scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("t"), log);
    target.add(0);
    gate.awaitReached();
    List<DaemonQueue<Integer>> children = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      int id = i;
      DaemonQueue<Integer> child =
          target.newChild(
              DaemonQueueSpec.unbounded("c" + i).maxBatch(maxBatch), item -> order.add(id));
      child.offerAll(upTo(sizes[i]));
      children.add(child);
    }
    gate.open();
    for (DaemonQueue<Integer> child : children) {
      child.flush();
    }
    checkTurns(order, sizes, maxBatch);
  }

  /** Nobody has a second turn while another one that has items waits for his first. */
  private static void checkTurns(List<Integer> order, int[] sizes, int maxBatch) {
    int[] left = sizes.clone();
    int[] waited = new int[sizes.length];
    for (int at = 0; at < order.size(); ) {
      int id = order.get(at);
      int length = Math.min(maxBatch, left[id]);
      assertEquals(
          Collections.nCopies(length, id), order.subList(at, at + length), () -> "" + order);
      left[id] -= length;
      at += length;
      waited[id] = 0;
      for (int other = 0; other < sizes.length; other++) {
        if (other != id && left[other] > 0) {
          waited[other]++;
          assertTrue(waited[other] < sizes.length, other + " starves in " + order);
        }
      }
    }
  }

  @Conformance
  @Rule("D10")
  void aBusyChildDoesNotStarveItsSibling(Scene scene) throws Exception {
    Family family = new Family(scene, "t", 1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<DaemonQueue<Integer>> busy = new AtomicReference<>();
    DaemonQueue<Integer> child =
        family.target.newChild(
            DaemonQueueSpec.unbounded("busy").maxBatch(2),
            item -> {
              if (!stop.get()) {
                busy.get().add(item); // so it is never empty
              }
            });
    busy.set(child);
    child.offerAll(upTo(3));
    for (int i = 1; i <= 10; i++) {
      family.children.get(0).add(i);
      assertTrue(family.children.get(0).flush(Scene.LIMIT), "the sibling starves");
      family.target.add(i);
      assertTrue(family.target.flush(Scene.LIMIT), "the target starves");
    }
    stop.set(true);
    assertEquals(upTo(10), family.logs.get(0).items());
  }

  @Conformance
  @Rule({"D10", "P3"})
  void aPoolKindQueueGivesTheWorkerBackAfterABatch(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("one").maxThreads(1).maxRun(1));
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Gate gate = new Gate();
    Job holder = pool.newJob("holder", gate::pass);
    holder.submit();
    gate.awaitReached();
    DaemonQueueSpec spec = DaemonQueueSpec.unbounded("long").pool("one").maxBatch(4);
    DaemonQueue<Integer> first = scene.quern().newDaemonQueue(spec, item -> order.add("long"));
    DaemonQueue<Integer> second =
        scene
            .quern()
            .newDaemonQueue(
                DaemonQueueSpec.unbounded("short").pool("one"), item -> order.add("short"));
    first.offerAll(upTo(100));
    second.offer(1);
    gate.open();
    first.flush();
    second.flush();
    // Submitted again, the long one's job may pass the waiting one once (maxRun is 1).
    assertTrue(order.indexOf("short") <= 8, () -> "had its turn after " + order.indexOf("short"));
    assertEquals(101, order.size());
  }

  @Conformance
  @Rule("D10")
  void aChildsTurnTakesNoRoomInItsTarget(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.bounded("t", 2).inactive(true), log);
    List<DaemonQueue<Integer>> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      DaemonQueue<Integer> child =
          target.newChild(DaemonQueueSpec.unbounded("c" + i), new BatchLog());
      assertTrue(child.offer(1));
      children.add(child);
      assertEquals(0, target.size());
      assertTrue(target.isEmpty());
    }
    assertTrue(target.offerAll(upTo(2)));
    assertFalse(target.offer(3));
    assertTrue(children.get(0).offer(2));
    DaemonQueue<Integer> late = target.newChild(DaemonQueueSpec.unbounded("c9"), new BatchLog());
    assertTrue(late.offer(1), "though the target is full");
    assertEquals(2, target.size());
    target.activate();
    late.flush();
    target.flush();
    for (DaemonQueue<Integer> child : children) {
      child.flush();
    }
    assertEquals(upTo(2), log.items());
  }
}
