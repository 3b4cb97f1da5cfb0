// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Threads of daemon queues: the reclaimer, ways of waiting, failed creation (D14 to D16). */
public class DaemonQueueThreadRules {

  @Conformance
  @Rule("D14")
  void anyNumberOfChildrenHandResourcesToTheReclaimer(Scene scene) throws Exception {
    List<DaemonQueue<Integer>> queues = new ArrayList<>();
    List<BatchLog> logs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      logs.add(new BatchLog());
      queues.add(scene.quern().newReclaimer("free-" + i, logs.get(i)));
      assertEquals("free-" + i, queues.get(i).name());
    }
    Crew.start(
            scene,
            3,
            (id, random) -> {
              for (int item = 1; item <= 5; item++) {
                for (DaemonQueue<Integer> queue : queues) {
                  queue.put(item);
                }
              }
            })
        .join();
    Set<Thread> drainers = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      queues.get(i).flush();
      assertEquals(15, logs.get(i).items().size());
      drainers.add(logs.get(i).drainer());
    }
    assertEquals(1, drainers.size());
    assertEquals("quern.reclaimer", drainers.iterator().next().getName());
  }

  @Conformance
  @Rule("D14")
  void aReclaimersChildIsClosedOnItsOwn(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> first = scene.quern().newReclaimer("free", log);
    assertThrows(MisuseException.class, () -> scene.quern().newReclaimer("free", log));
    first.offerAll(List.of(1, 2));
    first.flush(); // a close in the middle would end a batch there
    first.close();
    assertEquals(List.of(1, 2, END), log.events());
    DaemonQueue<Integer> second = scene.quern().newReclaimer("free", log);
    second.add(3);
    second.flush();
    assertEquals(List.of(1, 2, END, 3, END), log.events());
  }

  @Conformance
  @Rule({"D15", "D3"})
  void noWakeUpIsLostInAnyWayOfWaiting(Scene scene) throws Exception {
    for (Waiting waiting : Waiting.values()) {
      AtomicInteger handled = new AtomicInteger();
      AtomicInteger ends = new AtomicInteger();
      DaemonQueue<Integer> queue =
          scene
              .quern()
              .newDaemonQueue(
                  DaemonQueueSpec.unbounded("w-" + waiting).waiting(waiting),
                  Handler.<Integer>of(item -> handled.incrementAndGet(), ends::incrementAndGet));
      for (int i = 1; i <= scene.times(60); i++) {
        queue.add(i);
        int expected = i;
        awaitBusily("handled " + i + " when it waits by " + waiting, handled, expected);
        Crew.pause(scene.random());
      }
      queue.close();
      assertTrue(ends.get() <= handled.get() && ends.get() > 0);
    }
  }

  /** More closely than by sleeping: the drainer is to be caught on its way to rest. */
  private static void awaitBusily(String what, AtomicInteger counter, int expected) {
    long deadline = System.nanoTime() + Scene.LIMIT.toNanos();
    while (counter.get() < expected) {
      Thread.yield();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("a lost wake-up, not " + what);
      }
    }
  }

  @Conformance
  @Rule("D15")
  void aDrainerThatParksCostsNoProcessorWhenIdle(Scene scene) throws Exception {
    for (DaemonQueueSpec spec :
        List.of(
            DaemonQueueSpec.unbounded("park").waiting(Waiting.PARK),
            DaemonQueueSpec.unbounded("spin-then-park").waiting(Waiting.SPIN_THEN_PARK),
            DaemonQueueSpec.unbounded("default"))) {
      BatchLog log = new BatchLog();
      DaemonQueue<Integer> queue = scene.quern().newDaemonQueue(spec, log);
      queue.add(1);
      queue.flush();
      Thread drainer = log.drainer();
      scene.eventually("parked", () -> drainer.getState() == Thread.State.WAITING);
      for (int look = 0; look < 50; look++) {
        assertEquals(Thread.State.WAITING, drainer.getState());
        Thread.yield();
      }
      queue.add(2);
      queue.flush();
      assertEquals(List.of(1, END, 2, END), log.events());
    }
  }

  @Conformance
  @Rule({"D15", "D3", "D4"})
  void aParkThatReturnsForNoReasonDoesNoHarmInAnyWayOfWaiting(Scene scene) throws Exception {
    for (Waiting waiting : Waiting.values()) {
      BatchLog log = new BatchLog();
      DaemonQueue<Integer> queue =
          scene
              .quern()
              .newDaemonQueue(DaemonQueueSpec.unbounded("w-" + waiting).waiting(waiting), log);
      List<Integer> expected = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        queue.add(i);
        queue.flush();
        expected.addAll(List.of(i, END));
        LockSupport.unpark(log.drainer());
        Crew.pause(scene.random());
        LockSupport.unpark(log.drainer());
      }
      queue.close();
      assertEquals(expected, log.events());
    }
  }

  /** A factory that can be made to fail. */
  private static final class Factory implements ThreadFactory {
    final RuntimeException planted = new RuntimeException("no thread to be had");
    final AtomicBoolean fails = new AtomicBoolean();
    final boolean throwing;

    Factory(boolean throwing) {
      this.throwing = throwing;
    }

    @Override
    public @Nullable Thread newThread(Runnable body) {
      if (!fails.get()) {
        return new Thread(body);
      }
      if (throwing) {
        throw planted;
      }
      return null;
    }
  }

  @Conformance
  @Rule({"D16", "G13"})
  void aThreadThatCannotBeCreatedFailsTheCreationAndLeavesNothing(Scene scene) throws Exception {
    for (boolean throwing : new boolean[] {true, false}) {
      Factory factory = new Factory(throwing);
      Quern quern = scene.open(OpenOptions.NONE.threadFactory(factory));
      DaemonQueueSpec spec = DaemonQueueSpec.unbounded("own");
      BatchLog log = new BatchLog();
      for (boolean inactive : new boolean[] {false, true}) {
        factory.fails.set(true);
        IllegalStateException thrown =
            assertThrows(
                IllegalStateException.class,
                () -> quern.newDaemonQueue(spec.inactive(inactive), log));
        assertFalse(thrown instanceof MisuseException, thrown::toString);
        if (throwing) {
          assertSame(factory.planted, thrown.getCause());
        }
        int live = quern.inspect().family(Kind.DAEMON_QUEUE, "own").map(Family::live).orElse(0);
        assertEquals(0, live);
        factory.fails.set(false);
        quern.newDaemonQueue(spec, log).close(); // the name is free
      }
    }
  }

  @Conformance
  @Rule({"D16", "P15"})
  void aPoolThatCannotBeStartedFailsTheCreationAndLeavesNothing(Scene scene) throws Exception {
    Factory factory = new Factory(true);
    Quern quern = scene.open(OpenOptions.NONE.threadFactory(factory));
    factory.fails.set(true);
    DaemonQueueSpec spec = DaemonQueueSpec.unbounded("pooled").pool("p");
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> quern.newDaemonQueue(spec, new BatchLog()));
    assertSame(factory.planted, thrown.getCause());
    factory.fails.set(false);
    quern.threadPool(ThreadPoolSpec.named("p").maxThreads(3)); // no pool of that name was left
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> queue = quern.newDaemonQueue(spec, log);
    queue.add(1);
    queue.flush();
    assertEquals(List.of(1, END), log.events());
  }

  @Conformance
  @Rule({"D16", "D2"})
  void aChildNeedsNoThread(Scene scene) throws Exception {
    Factory factory = new Factory(true);
    Quern quern = scene.open(OpenOptions.NONE.threadFactory(factory));
    DaemonQueue<Integer> target =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("t"), new BatchLog());
    factory.fails.set(true);
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c"), log);
    child.add(1);
    child.flush();
    assertEquals(List.of(1, END), log.events());
    child.close();
    target.close();
  }
}
