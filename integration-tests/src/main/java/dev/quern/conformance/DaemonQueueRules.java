// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Failure;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The handler and the kinds (D1, D2). */
public class DaemonQueueRules {

  @Conformance
  @Rule("D1")
  void theHandlerRunsForEachItemInOrder(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          List<Integer> items = IntStream.range(0, 200).boxed().toList();
          items.subList(0, 100).forEach(queue::add);
          assertTrue(queue.offerAll(items.subList(100, 200)));
          queue.flush();
          assertEquals(items, log.items());
        });
  }

  @Conformance
  @Rule("D1")
  void theHandlerMayEnqueueHere(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          List<Integer> handled = new ArrayList<>();
          AtomicReference<DaemonQueue<Integer>> itself = new AtomicReference<>();
          CountDownLatch done = new CountDownLatch(1);
          DaemonQueue<Integer> queue =
              kind.make(
                  scene.quern(),
                  kind.bounded(2),
                  item -> {
                    handled.add(item);
                    if (item < 500) {
                      itself.get().put(item + 1);
                    } else {
                      done.countDown();
                    }
                  });
          itself.set(queue);
          queue.add(1);
          scene.await(done);
          queue.close();
          assertEquals(IntStream.rangeClosed(1, 500).boxed().toList(), handled);
        });
  }

  @Conformance
  @Rule({"D1", "G2"})
  void theHandlerMayEnqueueAnywhere(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog last = new BatchLog();
          DaemonQueue<Integer> second =
              scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded(kind.title() + "2"), last);
          Queue<Integer> plain = scene.quern().newQueue(QueueSpec.unbounded("plain"));
          DaemonQueue<Integer> first =
              kind.make(
                  scene.quern(),
                  kind.unbounded(),
                  (Integer item) -> {
                    second.put(item);
                    plain.put(item);
                  });
          first.offerAll(List.of(1, 2, 3));
          first.flush();
          second.flush();
          assertEquals(List.of(1, 2, 3), last.items());
          assertEquals(List.of(1, 2, 3), QueueRules.drain(plain));
        });
  }

  @Conformance
  @Rule({"D1", "G9"})
  void anItemThatWasHandledIsNotKept(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicInteger handled = new AtomicInteger();
          DaemonQueue<Object> queue =
              kind.make(scene.quern(), kind.unbounded(), item -> handled.incrementAndGet());
          WeakReference<Object> item = enqueue(queue);
          queue.flush();
          assertEquals(1, handled.get());
          scene.eventually(
              "the item is collected",
              () -> {
                System.gc();
                return item.refersTo(null);
              });
        });
  }

  private static WeakReference<Object> enqueue(DaemonQueue<Object> queue) {
    Object item = new Object();
    queue.add(item);
    return new WeakReference<>(item);
  }

  @Conformance
  @Rule({"D1", "G15"})
  void aQueueThatTheUserDroppedStillHandlesWhatItHolds(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          Gate gate = new Gate();
          CountDownLatch handled = new CountDownLatch(3);
          dropped(scene, kind, gate, handled);
          gate.awaitReached();
          System.gc();
          gate.open();
          scene.await(handled);
        });
  }

  private static void dropped(Scene scene, DaemonKind kind, Gate gate, CountDownLatch handled) {
    DaemonQueue<Integer> queue =
        kind.make(
            scene.quern(),
            kind.unbounded(),
            item -> {
              gate.pass();
              handled.countDown();
            });
    queue.offerAll(List.of(1, 2, 3));
  }

  @Conformance
  @Rule({"D1", "G5"})
  void aHandlerThatThrowsCostsNoOtherItemItsTurn(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          scene.failures().clear();
          List<Throwable> planted = List.of(new Exception("one"), new StackOverflowError("two"));
          List<Object> handled = new ArrayList<>();
          DaemonQueue<Object> queue =
              kind.make(
                  scene.quern(),
                  kind.unbounded(),
                  item -> {
                    handled.add(item);
                    if (item instanceof Exception e) {
                      throw e;
                    } else if (item instanceof Error e) {
                      throw e;
                    }
                  });
          queue.offerAll(List.of(planted.get(0), "a", planted.get(1), "b"));
          queue.flush();
          assertEquals(List.of(planted.get(0), "a", planted.get(1), "b"), handled);
          assertEquals(planted, scene.failures().stream().map(Failure::cause).toList());
          for (Failure failure : scene.failures()) {
            assertEquals(Kind.DAEMON_QUEUE, failure.kind());
            assertEquals(kind.title(), failure.primitive());
          }
        });
  }

  @Conformance
  @Rule({"D1", "G5"})
  void anInterruptFlagDoesNotLeakIntoTheNextItem(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicBoolean leaked = new AtomicBoolean();
          DaemonQueue<Integer> queue =
              kind.make(
                  scene.quern(),
                  kind.unbounded(),
                  item -> {
                    leaked.compareAndSet(false, Thread.currentThread().isInterrupted());
                    Thread.currentThread().interrupt();
                  });
          queue.offerAll(List.of(1, 2, 3));
          queue.flush();
          queue.add(4);
          queue.flush();
          assertFalse(leaked.get());
        });
  }

  @Conformance
  @Rule({"D2", "G7", "G13"})
  void aThreadKindHasOneDaemonThreadNamedAfterItWithItsPriority(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> queue =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("own").priority(7), log);
    queue.add(1);
    queue.flush();
    Thread thread = log.drainer();
    assertEquals("own", thread.getName());
    assertEquals(7, thread.getPriority());
    assertTrue(thread.isDaemon());
    queue.add(2);
    queue.flush();
    assertSame(thread, log.drainer());
  }

  @Conformance
  @Rule("D2")
  void aPoolKindHoldsAWorkerOnlyWhileThereIsWork(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("one").maxThreads(1));
    BatchLog log = new BatchLog();
    BatchLog other = new BatchLog();
    DaemonQueue<Integer> queue =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("a").pool("one"), log);
    DaemonQueue<Integer> second =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("b").pool("one"), other);
    for (int i = 1; i <= 10; i++) {
      queue.add(i);
      queue.flush();
      second.add(i);
      second.flush();
      CountDownLatch ran = new CountDownLatch(1);
      pool.newJob("job", ran::countDown).submit();
      scene.await(ran);
    }
    assertEquals(10, log.items().size());
    assertTrue(log.drainer().getName().startsWith("one"), log.drainer().getName());
    assertSame(log.drainer(), other.drainer());
  }

  @Conformance
  @Rule("D2")
  void aTargetKindIsDrainedByItsTargetToAnyDepth(Scene scene) throws Exception {
    for (DaemonKind kind : List.of(DaemonKind.THREAD, DaemonKind.POOL)) {
      BatchLog root = new BatchLog();
      DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), root);
      queue.add(0);
      queue.flush();
      for (int depth = 1; depth <= 5; depth++) {
        BatchLog log = new BatchLog();
        queue = queue.newChild(DaemonQueueSpec.unbounded(kind.title() + depth), log);
        queue.offerAll(List.of(1, 2, 3));
        queue.flush();
        assertEquals(List.of(1, 2, 3), log.items());
        if (kind == DaemonKind.THREAD) {
          assertSame(root.drainer(), log.drainer());
        } else {
          assertTrue(log.drainer().getName().startsWith("q-pool.pool"), log.drainer().getName());
        }
      }
    }
  }

  @Conformance
  @Rule({"D2", "G1"})
  void aChildWithAPoolAPriorityOrAWaitingIsRefused(Scene scene) {
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("target"), item -> {});
    DaemonQueueSpec child = DaemonQueueSpec.unbounded("child");
    for (DaemonQueueSpec wrong :
        List.of(child.pool("p"), child.priority(5), child.waiting(Waiting.PARK))) {
      assertThrows(IllegalArgumentException.class, () -> target.newChild(wrong, item -> {}));
    }
    target.newChild(child, item -> {}).close(); // the name was not taken, the target is free
    target.close();
  }

  @Conformance
  @Rule({"D2", "G14"})
  void aSecondLiveDaemonQueueOfANameIsMisuseWhateverItsKind(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded(), (Integer item) -> {});
          DaemonQueueSpec same = DaemonQueueSpec.bounded(kind.title(), 3);
          assertThrows(MisuseException.class, () -> scene.quern().newDaemonQueue(same, item -> {}));
          assertThrows(MisuseException.class, () -> queue.newChild(same, item -> {}));
          queue.close();
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> next = scene.quern().newDaemonQueue(same, log);
          next.add(1);
          next.flush();
          assertEquals(List.of(1), log.items());
        });
  }
}
