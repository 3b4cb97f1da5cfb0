// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.ThreadPoolSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LockedThreadPoolTest {
  private final PoolHost host = new PoolHost();
  private final ConcurrentHashMap<Thread, LockedWorker> inside = new ConcurrentHashMap<>();
  private final List<LockedThreadPool> pools = new ArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void closes() throws InterruptedException {
    gate.countDown();
    for (LockedThreadPool pool : pools) {
      assertEquals(List.of(), pool.close(Duration.ofSeconds(10)));
    }
    for (Thread thread : host.threads) {
      assertFalse(thread.isAlive(), thread.getName());
    }
    assertEquals(pools.size(), host.ended.size());
  }

  private LockedThreadPool pool(ThreadPoolSpec spec) {
    LockedThreadPool pool =
        new LockedThreadPool(host, spec, true, inside, UnaryOperator.identity());
    pools.add(pool);
    return pool;
  }

  private LockedThreadPool pool(int maxThreads) {
    return pool(ThreadPoolSpec.named("io").maxThreads(maxThreads));
  }

  /** A job that is inside its body until the gate opens. */
  private Job occupy(LockedThreadPool pool) {
    CountDownLatch begun = new CountDownLatch(1);
    Job job =
        pool.newJob(
            "occupant",
            () -> {
              begun.countDown();
              Patience.await(gate);
            });
    assertEquals(Submission.QUEUED, job.submit());
    Patience.await(begun);
    return job;
  }

  private static Submission submitHolding(ReentrantLock lock, Job job) {
    lock.lock();
    try {
      return job.submit();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void aWaitingJobCoalescesAndRunsOnce() throws Exception {
    LockedThreadPool pool = pool(1);
    occupy(pool);
    AtomicInteger runs = new AtomicInteger();
    Job job = pool.newJob("counted", (Action) runs::incrementAndGet);
    assertEquals(Submission.QUEUED, job.submit());
    assertEquals(Submission.COALESCED, job.submit());
    gate.countDown();
    pool.close();
    assertEquals(1, runs.get());
    assertEquals(2, pool.counts().accepted());
    assertEquals(1, pool.counts().coalesced());
    assertEquals(2, pool.counts().completed());
  }

  @Test
  void submittedWhileItRunsItRunsOnceMoreNeverBesideItself() throws Exception {
    LockedThreadPool pool = pool(4);
    AtomicInteger inBody = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        pool.newJob(
            "once-at-a-time",
            () -> {
              most.accumulateAndGet(inBody.incrementAndGet(), Math::max);
              runs.incrementAndGet();
              Thread.yield();
              inBody.decrementAndGet();
            });
    List<Patience.Running> threads = new ArrayList<>();
    AtomicInteger queued = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      threads.add(
          Patience.start(
              () -> {
                for (int n = 0; n < 2000; n++) {
                  if (job.submit() == Submission.QUEUED) {
                    queued.incrementAndGet();
                  }
                }
              }));
    }
    for (Patience.Running thread : threads) {
      thread.join();
    }
    pool.close();
    assertEquals(1, most.get());
    assertEquals(queued.get(), runs.get());
  }

  @Test
  void waitingJobsRunFirstInFirstOutAndASelfSubmitterGoesToTheBack() {
    LockedThreadPool pool = pool(1);
    occupy(pool);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger left = new AtomicInteger(2);
    Job greedy =
        pool.newJob(
            "greedy",
            (Body<Job>)
                self -> {
                  order.add("greedy");
                  if (left.decrementAndGet() > 0) {
                    assertEquals(Submission.QUEUED, self.submit());
                  }
                });
    Job a = pool.newJob("a", (Action) () -> order.add("a"));
    Job b = pool.newJob("b", (Action) () -> order.add("b"));
    a.submit();
    greedy.submit();
    b.submit();
    assertEquals(Cancellation.REMOVED, a.cancel());
    assertEquals(Cancellation.IDLE, a.cancel());
    a.submit();
    gate.countDown();
    Patience.await(() -> order.size() == 4);
    assertEquals(List.of("greedy", "b", "a", "greedy"), order);
  }

  @Test
  void theBoundHoldsAndEveryWaitingJobHasAWorkerBelowIt() throws Exception {
    LockedThreadPool pool = pool(3);
    CyclicBarrier together = new CyclicBarrier(3);
    for (int i = 0; i < 3; i++) {
      pool.newJob("together-" + i, (Action) together::await).submit();
    }
    Patience.await(() -> pool.counts().completed() == 3);
    long workers = host.threads.stream().filter(t -> t.getName().contains("worker")).count();
    assertEquals(3, workers);
  }

  @Test
  void anIdleWorkerEndsAndTheNextJobStillRuns() {
    LockedThreadPool pool =
        pool(ThreadPoolSpec.named("io").maxThreads(1).idleLimit(Duration.ofNanos(20_000)));
    AtomicInteger runs = new AtomicInteger();
    Job job = pool.newJob("racer", (Action) runs::incrementAndGet);
    for (int i = 1; i <= 300; i++) {
      int now = i;
      job.submit();
      Patience.await(() -> runs.get() == now);
    }
    Patience.await(inside::isEmpty);
  }

  @Test
  void theMostRecentlyIdleWorkerIsUsedFirst() throws Exception {
    LockedThreadPool pool = pool(2);
    CyclicBarrier both = new CyclicBarrier(3);
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    AtomicReference<Thread> last = new AtomicReference<>();
    pool.newJob(
            "first",
            () -> {
              both.await();
              Patience.await(first);
            })
        .submit();
    pool.newJob(
            "second",
            () -> {
              both.await();
              last.set(Thread.currentThread());
              Patience.await(second);
            })
        .submit();
    both.await();
    first.countDown();
    Patience.await(() -> pool.counts().completed() == 1);
    Patience.await(() -> host.threads.stream().anyMatch(Patience::idles));
    second.countDown();
    Patience.await(() -> pool.counts().completed() == 2);
    Patience.awaitBlocked(last.get());
    AtomicReference<Thread> used = new AtomicReference<>();
    pool.newJob("third", (Action) () -> used.set(Thread.currentThread())).submit();
    Patience.await(() -> used.get() != null);
    assertSame(last.get(), used.get());
  }

  @Test
  void aWorkerThatCannotBeStartedIsTriedAgainAndLoggedOnce() {
    LockedThreadPool pool = pool(1);
    host.startFaults.add(new IOException("no threads today"));
    host.startFaults.add(new IOException("nor a second later"));
    AtomicInteger runs = new AtomicInteger();
    assertEquals(
        Submission.QUEUED, pool.newJob("patient", (Action) runs::incrementAndGet).submit());
    Patience.await(() -> runs.get() == 1);
    assertEquals(1, host.logged.size(), host.logged.toString());
  }

  @Test
  void anOverseerThatCannotBeStartedFailsTheCreation() {
    IOException cause = new IOException("no threads today");
    host.startFaults.add(cause);
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () -> new LockedThreadPool(host, ThreadPoolSpec.named("io"), true));
    assertSame(cause, thrown.getCause());
    assertTrue(host.threads.isEmpty());
  }

  @Test
  void withAnInterlockASubmissionCoalescesIntoTheRunThatLooksAgain() {
    LockedThreadPool pool = pool(2);
    ReentrantLock lock = new ReentrantLock();
    AtomicInteger work = new AtomicInteger(); // guarded by lock
    AtomicInteger served = new AtomicInteger();
    Semaphore looked = new Semaphore(0);
    Job job =
        pool.newJob(
            "looker",
            lock,
            self -> {
              looked.release();
              Patience.await(gate);
              lock.lock();
              try {
                served.addAndGet(work.getAndSet(0));
                self.done();
              } finally {
                lock.unlock();
              }
            });
    work.set(1);
    assertEquals(Submission.QUEUED, submitHolding(lock, job));
    looked.acquireUninterruptibly();
    work.set(2);
    assertEquals(Submission.COALESCED, submitHolding(lock, job));
    gate.countDown();
    pool.close();
    assertEquals(2, served.get());
    assertEquals(1, pool.counts().completed());
  }

  @Test
  void aCoalescedSubmissionOutlivesABodyThatThrowsOrForgetsDone() {
    for (boolean throwing : new boolean[] {true, false}) {
      LockedThreadPool pool = pool(2);
      ReentrantLock lock = new ReentrantLock();
      AtomicInteger runs = new AtomicInteger();
      Job job =
          pool.newJob(
              "careless",
              lock,
              self -> {
                if (runs.incrementAndGet() == 1) {
                  assertEquals(Submission.COALESCED, submitHolding(lock, self));
                  if (throwing) {
                    throw new IOException("planned");
                  }
                }
              });
      submitHolding(lock, job);
      Patience.await(() -> pool.counts().completed() == 2);
      assertEquals(2, runs.get());
    }
    assertEquals(1, host.failures.size());
    assertEquals("careless", host.failures.get(0).item());
  }

  @Test
  void interlockedCallsWithoutTheInterlockAreMisuse() {
    Job job = pool(1).newJob("locked", new ReentrantLock(), self -> {});
    assertThrows(MisuseException.class, job::submit);
    assertThrows(MisuseException.class, job::cancel);
    assertThrows(MisuseException.class, job::cancelAndWait);
    assertThrows(MisuseException.class, job::done);
    assertThrows(NullPointerException.class, () -> job.cancelAndWait(null));
  }

  @Test
  void afterDoneTheJobRunsElsewhereWhileTheOldBodyLeaves() throws Exception {
    LockedThreadPool pool = pool(2);
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<Thread> old = new AtomicReference<>();
    AtomicReference<Thread> other = new AtomicReference<>();
    CountDownLatch misused = new CountDownLatch(1);
    Job job =
        pool.newJob(
            "leaver",
            (Body<Job>)
                self -> {
                  if (runs.incrementAndGet() == 1) {
                    old.set(Thread.currentThread());
                    self.done();
                    assertThrows(MisuseException.class, self::done);
                    assertThrows(MisuseException.class, self::cancelAndWait);
                    misused.countDown();
                    Patience.await(gate);
                  } else {
                    other.set(Thread.currentThread());
                  }
                });
    job.submit();
    Patience.await(misused);
    assertEquals(Cancellation.IDLE, job.cancelAndWait());
    assertEquals(Submission.QUEUED, job.submit());
    Patience.await(() -> other.get() != null);
    assertNotSame(old.get(), other.get());
    assertEquals(List.of("leaver"), job.close(Duration.ZERO));
    Patience.Running closer = Patience.start(job::close);
    Patience.awaitBlocked(closer.thread());
    gate.countDown();
    closer.join();
    assertEquals(2, pool.counts().completed());
  }

  @Test
  void doneFromOutsideTheRunIsMisuse() throws Exception {
    LockedThreadPool pool = pool(2);
    Job job = occupy(pool);
    assertThrows(MisuseException.class, job::done);
  }

  @Test
  void cancelAndWaitOutlivesASelfSubmitterAndRefusesUntilTheInstant() throws Exception {
    LockedThreadPool pool = pool(2);
    Semaphore begun = new Semaphore(0);
    Semaphore on = new Semaphore(0);
    List<Submission> answers = Collections.synchronizedList(new ArrayList<>());
    Job job =
        pool.newJob(
            "again",
            (Body<Job>)
                self -> {
                  begun.release();
                  on.acquire();
                  answers.add(self.submit());
                });
    job.submit();
    begun.acquire();
    on.release();
    begun.acquire(); // the second run, by its own submission
    assertEquals(Cancellation.TIMED_OUT, job.cancelAndWait(Duration.ZERO));
    assertEquals(Submission.REFUSED, job.submit());
    Patience.Running canceller =
        Patience.start(() -> assertEquals(Cancellation.RUNNING, job.cancelAndWait()));
    Patience.awaitBlocked(canceller.thread());
    on.release();
    canceller.join();
    assertEquals(List.of(Submission.QUEUED, Submission.REFUSED), answers);
    assertEquals(Submission.QUEUED, job.submit());
    begun.acquire();
    Patience.Running last = Patience.start(job::cancelAndWait);
    Patience.awaitBlocked(last.thread());
    on.release();
    last.join();
  }

  @Test
  void cancelAndWaitGivesTheInterlockUpAndGetsItBackEvenIfInterrupted() throws Exception {
    LockedThreadPool pool = pool(1);
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch begun = new CountDownLatch(1);
    Job job =
        pool.newJob(
            "interlocked",
            lock,
            self -> {
              begun.countDown();
              Patience.await(gate);
              lock.lock();
              lock.unlock();
            });
    submitHolding(lock, job);
    Patience.await(begun);
    CountDownLatch interrupted = new CountDownLatch(1);
    Patience.Running canceller =
        Patience.start(
            () -> {
              lock.lock();
              lock.lock();
              assertThrows(InterruptedException.class, job::cancelAndWait);
              assertEquals(2, lock.getHoldCount());
              interrupted.countDown();
              assertEquals(Cancellation.RUNNING, job.cancelAndWait());
              assertEquals(2, lock.getHoldCount());
            });
    Patience.awaitBlocked(canceller.thread());
    Patience.await(() -> !lock.isLocked());
    canceller.thread().interrupt();
    Patience.await(interrupted);
    Patience.await(() -> !lock.isLocked());
    gate.countDown();
    canceller.join();
  }

  @Test
  void waitingInTheOnlyWorkerIsMisuse() {
    LockedThreadPool pool = pool(1);
    Job other = pool.newJob("other", () -> {});
    AtomicInteger misuses = new AtomicInteger();
    Job job =
        pool.newJob(
            "insider",
            () -> {
              assertThrows(MisuseException.class, other::cancelAndWait);
              assertThrows(MisuseException.class, () -> other.close(Duration.ZERO));
              assertThrows(MisuseException.class, pool::close);
              assertTrue(pool.holdsCaller());
              misuses.incrementAndGet();
            });
    job.submit();
    Patience.await(() -> pool.counts().completed() == 1);
    assertEquals(1, misuses.get());
    assertFalse(pool.holdsCaller());
    assertFalse(other.isClosed());
  }

  @Test
  void aJobClosedByItsOwnBodyEndsWithIt() {
    LockedThreadPool pool = pool(1);
    AtomicInteger refused = new AtomicInteger();
    Job job =
        pool.newJob(
            "suicidal",
            (Body<Job>)
                self -> {
                  self.close();
                  assertThrows(ClosedException.class, self::submit);
                  refused.incrementAndGet();
                });
    job.submit();
    Patience.await(() -> pool.counts().completed() == 1);
    job.close();
    assertEquals(1, refused.get());
    assertTrue(job.isClosed());
  }

  @Test
  void closeRunsWhatIsScheduledAndRefusesTheRest() throws Exception {
    LockedThreadPool pool = pool(1);
    occupy(pool);
    AtomicInteger runs = new AtomicInteger();
    Job job = pool.newJob("scheduled", (Action) runs::incrementAndGet);
    job.submit();
    assertEquals(List.of("occupant", "scheduled"), pool.close(Duration.ZERO));
    assertThrows(ClosedException.class, job::submit);
    assertThrows(ClosedException.class, () -> pool.newJob("late", () -> {}));
    Patience.Running closer = Patience.start(pool::close);
    Patience.awaitBlocked(closer.thread());
    gate.countDown();
    closer.join();
    assertEquals(1, runs.get());
    assertEquals(List.of(), pool.close(Duration.ZERO));
  }

  @Test
  void currentJobNamesFlagAndLoaderStayWithTheirRun() throws Exception {
    LockedThreadPool pool =
        pool(ThreadPoolSpec.named("io").maxThreads(1).threadNames(true).priority(7));
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    ClassLoader alien = new ClassLoader() {};
    Job first =
        pool.newJob(
            "first",
            (Body<Job>)
                self -> {
                  assertSame(self, LockedThreadPool.currentJob(inside));
                  seen.add(Thread.currentThread().getName());
                  seen.add(pool.counts().running().get(0).item());
                  Thread.currentThread().interrupt();
                  Thread.currentThread().setContextClassLoader(alien);
                  throw new AssertionError("planned");
                });
    Job second =
        pool.newJob(
            "second",
            () -> {
              assertFalse(Thread.currentThread().isInterrupted());
              assertSame(
                  LockedThreadPoolTest.class.getClassLoader(),
                  Thread.currentThread().getContextClassLoader());
              seen.add(Thread.currentThread().getPriority() + "");
            });
    first.submit();
    second.submit();
    Patience.await(() -> pool.counts().completed() == 2);
    assertEquals(List.of("first", "first", "7"), seen);
    assertEquals(1, pool.counts().failed());
    PoolHost.Told told = host.failures.get(0);
    assertEquals(Kind.THREAD_POOL, told.kind());
    assertEquals("io", told.primitive());
    assertEquals("first", told.item());
    assertEquals(1, host.failures.size());
    Thread worker = inside.keys().nextElement();
    Patience.await(() -> worker.getName().equals("io-worker-1"));
    assertNull(LockedThreadPool.currentJob(inside));
  }

  @Test
  void anErrorOfOurOwnBreaksThePoolAloud() throws Exception {
    for (boolean atStart : new boolean[] {true, false}) {
      LockedThreadPool pool = pool(1);
      Job other = pool.newJob("other", () -> {});
      Job job = pool.newJob("victim", () -> {});
      Error error = new OutOfMemoryError("planned");
      if (atStart) {
        host.startFaults.add(error);
      } else {
        host.clockFault.set(error);
      }
      job.submit();
      Patience.await(() -> !host.failures.isEmpty());
      assertSame(error, host.failures.remove(0).cause());
      ClosedException closed = assertThrows(ClosedException.class, other::submit);
      assertSame(error, closed.getCause());
      job.cancelAndWait(); // its worker may be on its way out yet
      assertEquals(Cancellation.IDLE, job.cancelAndWait());
      job.close();
    }
  }

  @Test
  void interruptRunsReachesTheBodyOnly() throws Exception {
    LockedThreadPool pool = pool(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<Object> outcome = new AtomicReference<>();
    pool.newJob(
            "sleeper",
            () -> {
              begun.countDown();
              try {
                gate.await();
              } catch (InterruptedException e) {
                outcome.set(e);
              }
            })
        .submit();
    Patience.await(begun);
    pool.interruptRuns();
    Patience.await(() -> outcome.get() instanceof InterruptedException);
  }
}
