// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.OpenOptions;
import dev.quern.Primitive;
import dev.quern.Quern;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An interrupt is one run's and no other's, wherever it comes from (G5); the lent thread apart. */
public final class InterruptRules {
  /** Something that runs code on threads of the runtime's, one run after the other. */
  private record Executor(String name, Submit submit, List<Primitive> made) {
    Executor(String name, Submit submit, Primitive... made) {
      this(name, submit, List.of(made));
    }

    /** Lets what was accepted run; the close of a runtime may have given up on it. */
    void close() {
      made.forEach(Primitive::close);
    }
  }

  private interface Submit {
    void submit(Action code) throws Exception;
  }

  private final List<Boolean> flags = new CopyOnWriteArrayList<>();

  private static List<Executor> executors(Scene scene, Quern quern) throws Exception {
    List<Executor> all = new ArrayList<>();
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> thread =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("thread-kind"), handler);
    all.add(new Executor("thread-kind", thread::add, thread));
    DaemonQueue<Action> pool =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("pool-kind").pool("drainers"), handler);
    all.add(new Executor("pool-kind", pool::add, pool));
    DaemonQueue<Action> target = quern.newDaemonQueue(DaemonQueueSpec.unbounded("target"), handler);
    DaemonQueue<Action> child = target.newChild(DaemonQueueSpec.unbounded("target-kind"), handler);
    all.add(new Executor("target-kind", child::add, child, target));
    ThreadPool jobs = quern.threadPool(ThreadPoolSpec.named("jobs").maxThreads(1));
    all.add(new Executor("jobs", code -> jobs.newJob("job", code).submit(), jobs));
    WorkQueue works = quern.newWorkQueue(WorkQueueSpec.ordered("works"));
    all.add(new Executor("works", code -> works.newWork("work", code).submit(), works));
    all.add(handedOver(scene, quern));
    return all;
  }

  /** What is dispatched while somebody is inside runs on the pool, for the runner takes no more. */
  private static Executor handedOver(Scene scene, Quern quern) {
    quern.threadPool(ThreadPoolSpec.named("taking-over").maxThreads(1));
    TaskContext context =
        quern.newTaskContext(TaskContextSpec.named("context").maxInline(0).pool("taking-over"));
    return new Executor(
        "context on its pool",
        code -> {
          Runner runner = new Runner(scene, context);
          context.dispatch(code);
          runner.leave();
        },
        context);
  }

  private void look() {
    flags.add(Thread.currentThread().isInterrupted());
  }

  private void assertNextRunIsClear(Scene scene, Executor executor) throws Exception {
    flags.clear();
    executor.submit.submit(this::look);
    scene.eventually(executor.name + " runs on", () -> !flags.isEmpty());
    assertEquals(List.of(false), flags, executor.name);
  }

  @Conformance
  @Rule("G5")
  void whatABodyLeavesSetReachesNoOtherRun(Scene scene) throws Exception {
    for (Executor executor : executors(scene, scene.quern())) {
      executor.submit.submit(() -> Thread.currentThread().interrupt());
      assertNextRunIsClear(scene, executor);
    }
  }

  @Conformance
  @Rule({"G5", "G16"})
  void whatAFailureHandlerLeavesSetReachesNoOtherRun(Scene scene) throws Exception {
    Quern quern =
        scene.open(OpenOptions.NONE.onFailure(failure -> Thread.currentThread().interrupt()));
    for (Executor executor : executors(scene, quern)) {
      executor.submit.submit(
          () -> {
            throw new Exception("on purpose");
          });
      assertNextRunIsClear(scene, executor);
    }
  }

  @Conformance
  @Rule({"G5", "G21"})
  void whatAHooksActionLeavesSetReachesNoOtherRun(Scene scene) throws Exception {
    Quern quern =
        scene.open(
            OpenOptions.NONE.contextHook(
                run ->
                    () -> {
                      run.run();
                      Thread.currentThread().interrupt();
                    }));
    for (Executor executor : executors(scene, quern)) {
      executor.submit.submit(() -> {});
      assertNextRunIsClear(scene, executor);
    }
  }

  @Conformance
  @Rule({"G5", "D4"})
  void whatABatchsEndLeavesSetReachesNoItemAndWhatAnItemLeavesSetNoEnd(Scene scene)
      throws Exception {
    DaemonKind.each(
        kind -> {
          flags.clear();
          Action interrupting =
              () -> {
                look();
                Thread.currentThread().interrupt();
              };
          DaemonQueue<String> queue =
              kind.make(
                  scene.quern(),
                  kind.unbounded().maxBatch(1),
                  Handler.of(item -> interrupting.run(), interrupting));
          queue.offerAll(List.of("a", "b"));
          queue.flush();
          assertEquals(List.of(false, false, false, false), flags);
        });
  }

  @Conformance
  @Rule("G5")
  void anInterruptBetweenTwoRunsIsMeantForNeither(Scene scene) throws Exception {
    for (Executor executor : executors(scene, scene.quern())) {
      List<Thread> threads = new CopyOnWriteArrayList<>();
      executor.submit.submit(() -> threads.add(Thread.currentThread()));
      scene.eventually(executor.name + " runs", () -> !threads.isEmpty());
      scene.awaitWaiting(threads.get(0));
      threads.get(0).interrupt();
      assertNextRunIsClear(scene, executor);
    }
  }

  @Conformance
  @Rule({"G5", "R7"})
  void theInterruptOfACloseThatRanOutOfTimeIsTheRunningOnesAlone(Scene scene) throws Exception {
    for (int which = 0; which < 6; which++) {
      flags.clear();
      Quern quern = scene.open(OpenOptions.NONE);
      Executor executor = executors(scene, quern).get(which);
      CountDownLatch inside = new CountDownLatch(1);
      AtomicInteger interrupted = new AtomicInteger();
      executor.submit.submit(() -> awaitInterrupt(inside, interrupted));
      scene.await(inside);
      if (!executor.name.startsWith("context")) {
        executor.submit.submit(this::look);
        executor.submit.submit(this::look);
      }
      assertFalse(quern.close(Duration.ZERO).isEmpty(), executor.name);
      scene.eventually(executor.name + " is interrupted", () -> interrupted.get() == 1);
      executor.close();
      assertFalse(flags.contains(true), executor.name + ": " + flags);
    }
  }

  /** Leaves the flag set. */
  private static void awaitInterrupt(CountDownLatch inside, AtomicInteger interrupted) {
    inside.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException expected) {
      interrupted.incrementAndGet();
      Thread.currentThread().interrupt();
    }
  }

  @Conformance
  @Rule({"G5", "R7"})
  void anInterruptThatRacesWithTheEndOfARunHitsOneAtMost(Scene scene) throws Exception {
    int runs = 200;
    for (int round = 0; round < scene.times(12); round++) {
      Quern quern = scene.open(OpenOptions.NONE);
      List<Executor> made = executors(scene, quern);
      List<Executor> all = new ArrayList<>(made);
      all.removeIf(executor -> executor.name.startsWith("context"));
      List<AtomicInteger> hits = new ArrayList<>();
      List<CountDownLatch> left = new ArrayList<>();
      for (Executor executor : all) {
        AtomicInteger hit = new AtomicInteger();
        CountDownLatch latch = new CountDownLatch(runs);
        hits.add(hit);
        left.add(latch);
        for (int i = 0; i < runs; i++) {
          executor.submit.submit(
              () -> {
                Thread.yield();
                if (Thread.currentThread().isInterrupted()) {
                  hit.incrementAndGet(); // and leaves it set
                }
                latch.countDown();
              });
        }
      }
      quern.close(Duration.ZERO);
      for (int i = 0; i < all.size(); i++) {
        all.get(i).close();
        assertEquals(0, left.get(i).getCount(), all.get(i).name + ": runs that were lost");
        int hit = hits.get(i).get();
        assertTrue(hit <= 1, all.get(i).name + ": one interrupt reached " + hit + " runs");
      }
      Reference.reachabilityFence(made); // a context that is dropped keeps its pool alive
    }
  }
}
