// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Which worker a job gets, and in which order (P3, P4). */
public class ThreadPoolOrderRules {
  @Conformance
  @Rule("P3")
  void anIdleWorkerIsUsedAgain(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    AtomicReference<Thread> worker = new AtomicReference<>();
    Semaphore ran = new Semaphore(0);
    Job job =
        pool.newJob(
            "job",
            () -> {
              worker.set(Thread.currentThread());
              ran.release();
            });
    job.submit();
    ran.acquire();
    Thread first = worker.get();
    for (int i = 0; i < 20; i++) {
      scene.awaitWaiting(first); // release() was the last that the body did
      assertEquals(Submission.QUEUED, job.submit());
      ran.acquire();
      assertSame(first, worker.get());
    }
  }

  @Conformance
  @Rule("P3")
  void waitingJobsAreHandedOutFirstInFirstOut(Scene scene) throws Exception {
    for (int maxRun : new int[] {1, 3, 16, 1024}) {
      ThreadPool pool = poolOfOne(scene, "fifo" + maxRun, maxRun);
      Gate gate = closedBy(pool);
      List<Integer> ran = new ArrayList<>();
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int number = i;
        jobs.add(pool.newJob("job " + i, () -> ran.add(number)));
      }
      List<Integer> order = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
      Collections.shuffle(order, scene.random());
      order.forEach(number -> assertEquals(Submission.QUEUED, jobs.get(number).submit()));
      gate.open();
      pool.close();
      assertEquals(order, ran, "maxRun " + maxRun);
    }
  }

  @Conformance
  @Rule("P3")
  void aJobRunsWhileAnotherWorkerIsBlocked(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    List<Gate> gates = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      gates.add(closedBy(pool)); // returns only when the job runs, with all before it blocked
    }
    gates.forEach(Gate::open);
  }

  @Conformance
  @Rule("P3")
  void noJobWaitsInTheRunOfABlockedWorkerWhileAnotherIsIdle(Scene scene) throws Exception {
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2).maxRun(16));
    for (int round = 0; round < scene.times(20); round++) {
      Gate one = closedBy(pool);
      Gate two = closedBy(pool);
      Gate stuck = new Gate();
      Job first = pool.newJob("stuck", stuck::pass);
      first.submit();
      CountDownLatch ran = new CountDownLatch(40);
      for (int i = 0; i < 40; i++) {
        pool.newJob("job " + i, ran::countDown).submit();
      }
      one.open(); // its worker takes a run whose first job blocks
      stuck.awaitReached();
      two.open();
      scene.await(ran);
      stuck.open();
      first.close();
    }
  }

  @Conformance
  @Rule("P3")
  void whatABlockedBodyHasSubmittedRunsOnTheIdleWorker(Scene scene) throws Exception {
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2).maxRun(16));
    Gate one = closedBy(pool);
    closedBy(pool).open(); // the other worker exists, and is idle now or soon
    CountDownLatch ran = new CountDownLatch(20);
    Gate two = new Gate();
    pool.newJob(
            "submitter",
            () -> {
              for (int i = 0; i < 20; i++) {
                pool.newJob("job " + i, ran::countDown).submit();
              }
              one.open();
              two.pass();
            })
        .submit();
    scene.await(ran);
    two.open();
  }

  @Conformance
  @Rule("P3")
  void aJobThatSubmitsItselfPassesAWaitingOneAtMostMaxRunTimes(Scene scene) throws Exception {
    for (int maxRun : new int[] {1, 4, 16}) {
      ThreadPool pool = poolOfOne(scene, "self" + maxRun, maxRun);
      AtomicInteger passed = new AtomicInteger();
      CountDownLatch waited = new CountDownLatch(1);
      Job waiting = pool.newJob("waiting", waited::countDown);
      Job selfish =
          pool.newJob(
              "selfish",
              self -> {
                if (passed.get() == 0) {
                  waiting.submit();
                }
                if (waited.getCount() > 0 && passed.incrementAndGet() < 1000) {
                  self.submit();
                }
              });
      selfish.submit();
      scene.await(waited);
      pool.close();
      int times = passed.get() - 1; // the first run is the one that submitted the waiting job
      assertTrue(times <= maxRun, () -> times + " times with maxRun " + maxRun);
    }
  }

  @Conformance
  @Rule("P3")
  void aJobCancelledAndSubmittedAgainGoesToTheBack(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene, "pool", 16);
    Gate gate = closedBy(pool);
    List<String> ran = new ArrayList<>();
    Job a = pool.newJob("a", () -> ran.add("a"));
    Job b = pool.newJob("b", () -> ran.add("b"));
    Job c = pool.newJob("c", () -> ran.add("c"));
    List.of(a, b, c).forEach(Job::submit);
    assertEquals(Cancellation.REMOVED, a.cancel());
    assertEquals(Submission.QUEUED, a.submit());
    gate.open();
    pool.close();
    assertEquals(List.of("b", "c", "a"), ran);
  }

  @Conformance
  @Rule("P4")
  void submittingAWaitingJobIsCoalescedAndKeepsItsPlace(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene, "pool", 16);
    Gate gate = closedBy(pool);
    List<String> ran = new ArrayList<>();
    Job a = pool.newJob("a", () -> ran.add("a"));
    Job b = pool.newJob("b", () -> ran.add("b"));
    assertEquals(Submission.QUEUED, a.submit());
    assertEquals(Submission.QUEUED, b.submit());
    assertEquals(Submission.COALESCED, a.submit());
    assertEquals(Submission.COALESCED, a.submit());
    gate.open();
    pool.close();
    assertEquals(List.of("a", "b"), ran);
  }

  @Conformance
  @Rule("P4")
  void submittingARunningJobGivesOneMoreRunNeverBesideIt(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    Gate gate = new Gate();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        pool.newJob(
            "job",
            () -> {
              assertEquals(1, inside.incrementAndGet());
              runs.incrementAndGet();
              gate.pass();
              inside.decrementAndGet();
            });
    assertEquals(Submission.QUEUED, job.submit());
    gate.awaitReached();
    assertEquals(Submission.QUEUED, job.submit());
    assertEquals(Submission.COALESCED, job.submit());
    closedBy(pool).open(); // another worker has come by and did not take it
    assertEquals(1, runs.get());
    gate.open();
    job.close();
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule({"P4", "G2", "G3"})
  void underStressAJobNeverOverlapsItselfAndSeesWhatCoalescedCallersDid(Scene scene)
      throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(4));
    int producers = 3;
    int times = scene.times(3000);
    int[][] written = new int[producers][64];
    int[] seen = new int[producers]; // plain: one run happens-before the next
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    Job job =
        pool.newJob(
            "job",
            () -> {
              assertEquals(1, inside.incrementAndGet(), "overlaps itself");
              runs.incrementAndGet();
              for (int i = 0; i < producers; i++) {
                seen[i] = written[i][0];
              }
              inside.decrementAndGet();
            });
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      int[] mine = written[i];
      threads.add(
          scene.async(
              () -> {
                for (int n = 0; n < times; n++) {
                  mine[0]++;
                  if (job.submit() == Submission.QUEUED) {
                    accepted.incrementAndGet();
                  }
                }
                return null;
              }));
    }
    threads.forEach(Async::result);
    job.close();
    assertEquals(accepted.get(), runs.get(), "a run for each QUEUED");
    for (int i = 0; i < producers; i++) {
      assertEquals(times, seen[i], "what the last run saw of producer " + i);
    }
  }

  private static ThreadPool poolOfOne(Scene scene, String name, int maxRun) {
    return scene.quern().threadPool(ThreadPoolSpec.named(name).maxThreads(1).maxRun(maxRun));
  }

  /** One worker of the pool is blocked at the gate when this returns. */
  private static Gate closedBy(ThreadPool pool) throws InterruptedException {
    Gate gate = new Gate();
    pool.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    return gate;
  }
}
