// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.Submission;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Managed;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the lock-free pool promises beyond the conformance suite, and what only it could get wrong.
 */
@Timeout(60)
class LockfreeThreadPoolTest {
  private final PoolHost host = new PoolHost();
  private final LockfreeThreadPool pool =
      new LockfreeThreadPool(
          host, ThreadPoolSpec.named("pool").maxThreads(1), LockfreeThreadPool.Use.USERS);

  @AfterEach
  void close() {
    pool.close();
    assertEquals(1, host.ended.get(), "ends once");
  }

  /** The latch that lets the worker go on. */
  private CountDownLatch blocked() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    pool.newJob(
            "blocks",
            () -> {
              reached.countDown();
              go.await();
            })
        .submit();
    reached.await();
    return go;
  }

  @Test
  void placesOfCancelledRunsDoNotPileUpWhileTheWorkerIsBlocked() throws Exception {
    CountDownLatch go = blocked();
    List<WeakReference<Job>> jobs = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      Job job = pool.newJob("job", () -> {});
      job.submit();
      assertEquals(Cancellation.REMOVED, job.cancel());
      jobs.add(new WeakReference<>(job));
    }
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (kept(jobs) > 70 && System.nanoTime() < limit) {
      System.gc();
    }
    assertTrue(kept(jobs) <= 70, () -> kept(jobs) + " cancelled jobs are kept");
    go.countDown();
  }

  private static long kept(List<WeakReference<Job>> jobs) {
    return jobs.stream().filter(job -> job.get() != null).count();
  }

  @Test
  void oneJobCancelledAndSubmittedAgainAndAgainRunsOnceInItsLastPlace() throws Exception {
    CountDownLatch go = blocked();
    List<String> ran = new ArrayList<>();
    Job job = pool.newJob("job", () -> ran.add("job"));
    Job other = pool.newJob("other", () -> ran.add("other"));
    other.submit();
    for (int i = 0; i < 1000; i++) {
      assertEquals(Submission.QUEUED, job.submit());
      assertEquals(Cancellation.REMOVED, job.cancel());
    }
    job.submit();
    go.countDown();
    job.close();
    assertEquals(List.of("other", "job"), ran);
    Managed.Counts counts = pool.counts();
    assertEquals(1003, counts.accepted());
    assertEquals(3, counts.completed());
    assertEquals(0, counts.pending());
  }

  @Test
  void aRunThatRepeatsForWhatCoalescedIsNoAcceptedSubmission() throws Exception {
    ReentrantLock interlock = new ReentrantLock();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Job job =
        pool.newJob(
            "job",
            interlock,
            self -> {
              reached.countDown();
              go.await();
            });
    interlock.lock();
    try {
      assertEquals(Submission.QUEUED, job.submit());
      reached.await();
      assertEquals(Submission.COALESCED, job.submit());
    } finally {
      interlock.unlock();
    }
    go.countDown();
    job.close();
    Managed.Counts counts = pool.counts();
    assertEquals(
        List.of(1L, 1L, 2L), List.of(counts.accepted(), counts.coalesced(), counts.completed()));
  }

  @Test
  void anErrorOfOurOwnIsToldAndNobodyWaitsForWhatWillNotRun() throws Exception {
    CountDownLatch go = blocked();
    Job job = pool.newJob("job", () -> {});
    Job other = pool.newJob("other", () -> {});
    job.submit();
    other.submit();
    Error error = new Error("planned");
    host.clockFault.set(error);
    go.countDown();
    job.close();
    other.close();
    Job late = job;
    ClosedException thrown = assertThrows(ClosedException.class, late::submit);
    assertSame(error, thrown.getCause());
    assertThrows(ClosedException.class, () -> pool.newJob("new", () -> {}));
    while (host.failures.isEmpty()) {
      Thread.onSpinWait(); // who waits is let go before the report
    }
    assertEquals(List.of(error), host.failures);
    assertTrue(pool.toString().contains("broken"), pool::toString);
  }

  @Test
  void whatRacesWithTheCloseOfThePoolIsServedOrThrows() throws Exception {
    for (int round = 0; round < 200; round++) {
      LockfreeThreadPool closing =
          new LockfreeThreadPool(
              new PoolHost(),
              ThreadPoolSpec.named("closing").maxThreads(2),
              LockfreeThreadPool.Use.USERS);
      int[] written = new int[3];
      int[] seen = new int[3]; // by the runs, which do not overlap
      AtomicInteger runs = new AtomicInteger();
      AtomicInteger queued = new AtomicInteger();
      int[] accepted = new int[3];
      Job job =
          closing.newJob(
              "job",
              () -> {
                runs.incrementAndGet();
                System.arraycopy(written, 0, seen, 0, 3);
              });
      List<Thread> threads = new ArrayList<>();
      CountDownLatch going = new CountDownLatch(3);
      for (int i = 0; i < 3; i++) {
        int me = i;
        Thread thread =
            new Thread(
                () -> {
                  going.countDown();
                  try {
                    while (true) {
                      written[me]++;
                      queued.addAndGet(job.submit() == Submission.QUEUED ? 1 : 0);
                      accepted[me] = written[me];
                    }
                  } catch (ClosedException closed) {
                    // the end
                  }
                });
        threads.add(thread);
        thread.start();
      }
      going.await();
      closing.close();
      int ran = runs.get();
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(ran, runs.get(), "a run after close");
      assertEquals(queued.get(), ran, "QUEUED and run");
      for (int i = 0; i < 3; i++) {
        assertTrue(seen[i] >= accepted[i], "accepted, and no run saw it");
      }
    }
  }

  @Test
  void aWorkerThatIdlesKeepsNoClassLoaderOfItsJobs() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    CompletableFuture<Optional<ClassLoader>> idle = new CompletableFuture<>();
    host.atWorkersClock.set(
        () -> {
          if (ran.get()) {
            idle.complete(Optional.ofNullable(Thread.currentThread().getContextClassLoader()));
          }
        });
    pool.newJob("job", () -> ran.set(true)).submit();
    assertEquals(Optional.empty(), idle.get());
  }

  @Test
  void aPoolInsideAnotherPrimitiveBearsItsKind() {
    LockfreeThreadPool part =
        new LockfreeThreadPool(
            new PoolHost(), ThreadPoolSpec.named("part"), LockfreeThreadPool.Use.PART);
    assertEquals(Kind.WORK_QUEUE, part.kind());
    part.close();
  }
}
