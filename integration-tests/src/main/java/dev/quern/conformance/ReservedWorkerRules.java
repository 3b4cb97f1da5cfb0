// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue made with a reserved worker always moves (W14). */
public class ReservedWorkerRules {
  /** For JUnit. */
  public ReservedWorkerRules() {}

  private static WorkQueueSpec spec(int maxActive) {
    return WorkQueueSpec.named("reserved").maxActive(maxActive).reservedWorker(true);
  }

  @Conformance
  @Rule("W14")
  void itMovesWhileEveryWorkerOfThePoolIsBlocked(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2));
    Gate[] gates = {new Gate(), new Gate()};
    for (Gate gate : gates) {
      pool.newJob("blocks", gate::pass).submit();
      gate.awaitReached();
    }
    WorkQueue plain = scene.quern().newWorkQueue(WorkQueueSpec.named("plain").pool("pool"));
    AtomicInteger stuck = new AtomicInteger();
    plain.newWork("stuck", () -> stuck.incrementAndGet()).submit();
    WorkQueue queue = scene.quern().newWorkQueue(spec(3).pool("pool"));
    for (int round = 0; round < scene.times(50); round++) {
      AtomicInteger ran = new AtomicInteger();
      for (int i = 0; i < 10; i++) {
        queue.newWork("item " + i, () -> ran.incrementAndGet()).submit();
      }
      queue.flush();
      assertEquals(10, ran.get());
      queue.drain();
      queue.pauseAndWait();
      queue.resume();
    }
    assertEquals(0, stuck.get());
    queue.close(); // does not wait for the pool either
    for (Gate gate : gates) {
      gate.open();
    }
    plain.flush();
    assertEquals(1, stuck.get());
  }

  @Conformance
  @Rule("W14")
  void itMovesWhileNoThreadCanBeStarted(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue(spec(4));
    scene.probe().failThreadStarts(Integer.MAX_VALUE);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      queue.newWork("item " + i, () -> ran.incrementAndGet()).submit();
    }
    queue.flush();
    assertEquals(20, ran.get());
  }

  @Conformance
  @Rule("W14")
  void itsWorkerStartsAtCreationAndDoesNotIdleOut(Scene scene) throws Exception {
    scene.probe().manualClock();
    Quern quern = scene.quern();
    WorkQueue queue = quern.newWorkQueue(spec(1));
    List<String> asked = List.copyOf(scene.probe().threadsAskedFor());
    Thread worker =
        scene.probe().threads().stream()
            .filter(thread -> thread.getName().equals("reserved-reserved"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("not there: " + asked));
    List<Thread> ranOn = new CopyOnWriteArrayList<>();
    Work work = queue.newWork("work", () -> ranOn.add(Thread.currentThread()));
    for (int i = 0; i < 3; i++) {
      work.submit();
      queue.flush();
      scene.probe().advance(Duration.ofHours(1));
      assertTrue(worker.isAlive());
    }
    assertEquals(3, ranOn.size());
    ranOn.forEach(thread -> assertSame(worker, thread));
    queue.close();
    assertFalse(worker.isAlive(), "close ends its workers");
  }

  @Conformance
  @Rule({"W14", "W12"})
  void itCountsWithinMaxActive(Scene scene) throws Exception {
    for (boolean pooled : new boolean[] {false, true}) {
      WorkQueue queue = scene.quern().newWorkQueue(pooled ? spec(2).pool("pool") : spec(2));
      HeldWork one = HeldWork.running(queue, "one");
      HeldWork two = HeldWork.running(queue, "two");
      HeldWork three = new HeldWork(queue, "three");
      assertEquals(Submission.QUEUED, three.submit());
      assertFalse(three.work().flush(Waiter.GLANCE));
      assertEquals(0, three.runs(), "a third beside two");
      one.letGo();
      three.awaitRun();
      two.letAllGo();
      three.letAllGo();
      queue.close();
    }
  }

  @Conformance
  @Rule({"W14", "W12"})
  void anOrderedQueueRunsOnItAlone(Scene scene) throws Exception {
    WorkQueue queue =
        scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered").reservedWorker(true));
    List<Integer> ran = new CopyOnWriteArrayList<>();
    List<Integer> order = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      order.add(i);
      queue.newWork("item " + i, () -> ran.add(number)).submit();
    }
    queue.close();
    assertEquals(order, ran);
  }

  @Conformance
  @Rule({"P15", "W14"})
  void ifItCannotBeStartedCreationThrowsAndLeavesNothing(Scene scene) throws Exception {
    Error cause = new OutOfMemoryError("no thread");
    for (boolean pooled : new boolean[] {false, true}) {
      ThreadPool pool = scene.quern().threadPool("pool");
      int failing = 1;
      for (; failing <= 2; failing++) {
        // The overseer of a queue with workers of its own is the other thread that may fail.
        scene.probe().failThreadStarts(0);
        WorkQueueSpec spec = pooled ? spec(2).pool("pool") : spec(2);
        FailNth fail = new FailNth(scene, failing, cause);
        IllegalStateException thrown = fail.create(spec);
        if (thrown == null) {
          break;
        }
        assertSame(cause, thrown.getCause());
        assertTrue(thrown.getMessage().contains("reserved"), thrown.getMessage());
      }
      assertTrue(failing > 1, "no start failed");
      WorkQueue again = scene.quern().newWorkQueue(pooled ? spec(2).pool("pool") : spec(2));
      again.newWork("work", () -> {}).submit();
      again.close();
      pool.close();
      scene.eventually(
          "nothing is left",
          () ->
              scene.probe().threads().stream()
                  .noneMatch(
                      thread -> thread.isAlive() && thread.getName().startsWith("reserved")));
    }
  }

  /** Lets all thread starts but the n-th of a creation succeed. */
  private record FailNth(Scene scene, int n, Error cause) {
    /** What the creation threw; null if it needs fewer threads. */
    @org.jspecify.annotations.Nullable
    IllegalStateException create(WorkQueueSpec spec) {
      int before = scene.probe().threadStarts();
      scene.probe().failThreadStart(n, cause);
      try {
        scene.quern().newWorkQueue(spec).close();
        assertTrue(scene.probe().threadStarts() - before < n, "a start failed unnoticed");
        return null;
      } catch (IllegalStateException thrown) {
        return thrown;
      } finally {
        scene.probe().allowThreadStarts();
      }
    }
  }

  @Conformance
  @Rule("W14")
  void underFireNothingIsLost(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue(spec(2).pool("pool"));
    AtomicInteger queued = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    Crew.start(
            scene,
            3,
            (id, random) -> {
              Work work = queue.newWork("item " + id, () -> ran.incrementAndGet());
              for (int i = 0; i < scene.times(3_000); i++) {
                if (work.submit() == Submission.QUEUED) {
                  queued.incrementAndGet();
                }
                Crew.pause(random);
              }
            })
        .join();
    queue.flush();
    assertEquals(queued.get(), ran.get());
  }

  @Conformance
  @Rule("W14")
  void insideThePoolsOnlyWorkerItMayBeWaitedFor(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    WorkQueue queue = scene.quern().newWorkQueue(spec(2).pool("pool"));
    AtomicInteger ran = new AtomicInteger();
    Work work = queue.newWork("work", () -> ran.incrementAndGet());
    AtomicInteger seen = new AtomicInteger();
    pool.newJob(
            "waits",
            () -> {
              work.submit();
              queue.flush();
              seen.set(ran.get());
            })
        .submit();
    scene.eventually(() -> seen.get() == 1);
    assertThrows(IllegalStateException.class, () -> queue.resume());
  }
}
