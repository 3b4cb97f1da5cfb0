// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Quern;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Pools on which no run sees what another left in thread-locals (rule P18). */
public final class ThreadLocalRules {
  private static final ThreadPoolSpec POOL = ThreadPoolSpec.named("pool").clearThreadLocals(true);

  @SuppressWarnings("ThreadLocalUsage") // one a test
  private final ThreadLocal<@Nullable String> local = new ThreadLocal<>();

  @SuppressWarnings("ThreadLocalUsage")
  private final InheritableThreadLocal<@Nullable String> inheritable =
      new InheritableThreadLocal<>();

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final AtomicInteger runs = new AtomicInteger();

  /** Looks for what another run has left, and leaves something. */
  private void leaveBehind() {
    String left = local.get() == null ? inheritable.get() : local.get();
    if (left != null) {
      seen.add(left);
    }
    local.set("left in a thread-local");
    inheritable.set("left in an inheritable thread-local");
    runs.incrementAndGet();
  }

  @Conformance
  @Rule("P18")
  void aRunSeesNothingOfTheOneBefore(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(POOL.maxThreads(1));
    Job job =
        pool.newJob(
            "job",
            self -> {
              leaveBehind();
              if (runs.get() < 5) {
                self.submit();
              }
            });
    job.submit();
    scene.eventually("it has submitted itself", () -> runs.get() == 5);
    pool.newJob("other", this::leaveBehind).submit();
    scene.eventually("the other has run", () -> runs.get() == 6);
    assertEquals(List.of(), seen);
  }

  @Conformance
  @Rule("P18")
  void theThreadOfARunEndsWithIt(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(POOL);
    List<Thread> threads = new CopyOnWriteArrayList<>();
    pool.newJob("job", () -> threads.add(Thread.currentThread())).submit();
    scene.eventually("it has run", () -> threads.size() == 1);
    scene.eventually("its thread has ended", () -> !threads.get(0).isAlive());
  }

  @Conformance
  @Rule({"P18", "P5"})
  void afterDoneTheJobRunsOnAThreadWithoutThemWhileTheOldBodyGoesOn(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(POOL.maxThreads(2));
    Gate old = new Gate();
    Job job =
        pool.newJob(
            "job",
            self -> {
              leaveBehind();
              if (runs.get() == 1) {
                self.done();
                old.pass();
                assertEquals("left in a thread-local", local.get());
              }
            });
    job.submit();
    old.awaitReached();
    job.submit();
    scene.eventually("the next run has begun", () -> runs.get() == 2);
    job.submit();
    scene.eventually("and the one after it", () -> runs.get() == 3);
    old.open();
    job.close();
    assertEquals(List.of(), seen);
  }

  @Conformance
  @Rule({"P18", "P3", "P13"})
  void noJobIsForgottenAndTheBoundHoldsWhereThreadsComeAndGo(Scene scene) throws Exception {
    for (int bound : List.of(1, 3)) {
      runs.set(0);
      ThreadPool pool = scene.quern().threadPool(POOL.maxThreads(bound));
      AtomicInteger inside = new AtomicInteger();
      Set<Integer> over = ConcurrentHashMap.newKeySet();
      AtomicInteger queued = new AtomicInteger();
      int times = scene.times(150);
      Crew.start(
              scene,
              3,
              (id, random) -> {
                Job job =
                    pool.newJob(
                        "job-" + id,
                        () -> {
                          if (inside.incrementAndGet() > bound) {
                            over.add(inside.get());
                          }
                          leaveBehind();
                          inside.decrementAndGet();
                        });
                for (int i = 0; i < times; i++) {
                  if (job.submit() == dev.quern.Submission.QUEUED) {
                    queued.incrementAndGet();
                  }
                  Crew.pause(random);
                }
              })
          .join();
      scene.eventually("all have run", () -> runs.get() == queued.get());
      pool.close();
      assertEquals(queued.get(), runs.get());
      assertEquals(List.of(), seen);
      assertEquals(Set.of(), over);
    }
  }

  @Conformance
  @Rule({"P18", "P10"})
  void aJobWaitsUntilAThreadCanBeStartedAgain(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(POOL.maxThreads(1));
    Gate gate = new Gate();
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("first", gate::pass).submit();
    gate.awaitReached();
    scene.probe().failThreadStarts(1);
    pool.newJob("second", ran::countDown).submit();
    gate.open();
    scene.await(ran);
    assertEquals(1, scene.probe().logged().size());
  }

  @Conformance
  @Rule({"P18", "P13"})
  void virtualWorkersToo(Scene scene) throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "needs virtual threads");
    ThreadPool pool = scene.quern().threadPool(POOL.virtual(true).maxThreads(2));
    Job job = pool.newJob("job", this::leaveBehind);
    for (int i = 1; i <= 20; i++) {
      int times = i;
      job.submit();
      scene.eventually("it has run", () -> runs.get() == times);
    }
    assertEquals(List.of(), seen);
  }

  @Conformance
  @Rule({"P18", "D2", "T9"})
  void aDrainAndATakeOverAreARunEach(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool(POOL);
    DaemonQueue<String> queue =
        quern.newDaemonQueue(
            DaemonQueueSpec.unbounded("queue").pool("pool").maxBatch(1), item -> leaveBehind());
    queue.offerAll(List.of("a", "b", "c"));
    queue.flush();
    TaskContext context =
        quern.newTaskContext(TaskContextSpec.named("context").maxInline(0).pool("pool"));
    for (int i = 0; i < 2; i++) {
      Runner runner = new Runner(scene, context);
      context.dispatch(this::leaveBehind);
      runner.leave();
      context.barrier();
    }
    assertEquals(5, runs.get());
    assertEquals(List.of(), seen);
    pool.close();
  }

  @Conformance
  @Rule({"P18", "P1", "R3"})
  void itCanBeConfiguredAndIsPartOfWhatAPoolIs(Scene scene) throws Exception {
    Quern quern =
        scene.open(OpenOptions.NONE.set("quern.thread-pool.pool.clear-thread-locals", "true"));
    ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    for (int i = 1; i <= 3; i++) {
      int times = i;
      pool.newJob("job", this::leaveBehind).submit();
      scene.eventually("it has run", () -> runs.get() == times);
    }
    assertEquals(List.of(), seen);
    quern.threadPool(POOL);
    ThreadPool other = quern.threadPool(ThreadPoolSpec.named("other"));
    assertThrows(
        MisuseException.class,
        () -> quern.threadPool(ThreadPoolSpec.named("other").clearThreadLocals(true)));
    assertTrue(!other.isClosed());
  }

  @Conformance
  @Rule({"P18", "P17"})
  void norDoesARunOfAViewOfThatPool(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(POOL.maxThreads(2));
    PoolView view = pool.newView(PoolViewSpec.named("view").maxActive(1));
    for (int i = 0; i < 5; i++) {
      view.newJob("job " + i, this::leaveBehind).submit();
    }
    view.flush();
    assertEquals(5, runs.get());
    assertEquals(List.of(), seen);
  }

  @Conformance
  @Rule({"P18", "W25"})
  void norDoesAnItemOfAWorkQueueOnThatPool(Scene scene) throws Exception {
    scene.quern().threadPool(POOL.maxThreads(2));
    WorkQueue queue =
        scene.quern().newWorkQueue(WorkQueueSpec.named("works").maxActive(1).pool("pool"));
    for (int i = 0; i < 5; i++) {
      queue.newWork("work " + i, this::leaveBehind).submit();
    }
    queue.flush();
    assertEquals(5, runs.get());
    assertEquals(List.of(), seen);
  }
}
