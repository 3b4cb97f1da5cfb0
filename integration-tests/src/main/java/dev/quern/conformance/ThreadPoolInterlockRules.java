// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Jobs with an interlock (P4, P5). */
public class ThreadPoolInterlockRules {
  private final ReentrantLock interlock = new ReentrantLock();

  @Conformance
  @Rule("P5")
  void eachCallWithoutTheInterlockIsMisuseAndChangesNothing(Scene scene) throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob("locked", interlock, self -> runs.incrementAndGet());
    for (Misused call :
        List.<Misused>of(
            job::submit,
            job::cancel,
            job::cancelAndWait,
            () -> job.cancelAndWait(Duration.ofSeconds(1)),
            () -> job.cancelAndWait(Duration.ZERO),
            job::done)) {
      MisuseException misuse = assertThrows(MisuseException.class, call::run);
      assertTrue(String.valueOf(misuse.getMessage()).contains("locked"), misuse::getMessage);
    }
    interlock.lock();
    try {
      assertEquals(Cancellation.IDLE, job.cancel());
      assertEquals(Submission.QUEUED, job.submit());
    } finally {
      interlock.unlock();
    }
    job.close();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule("P5")
  void misuseWhileTheJobIsPendingLeavesItPending(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    Gate gate = new Gate();
    pool.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    AtomicInteger runs = new AtomicInteger();
    Job job = pool.newJob("locked", interlock, self -> runs.incrementAndGet());
    assertEquals(Submission.QUEUED, locked(job::submit));
    assertThrows(MisuseException.class, job::cancel);
    assertThrows(MisuseException.class, job::cancelAndWait);
    assertEquals(Submission.COALESCED, locked(job::submit));
    gate.open();
    job.close();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule({"P4", "P5"})
  void aSubmissionIsCoalescedIntoTheRunInProgressThatLooksAgain(Scene scene) throws Exception {
    List<Integer> inbox = new ArrayList<>(); // guarded by interlock
    List<Integer> taken = new ArrayList<>(); // guarded by interlock
    AtomicInteger runs = new AtomicInteger();
    Gate gate = new Gate();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "locked",
                interlock,
                self -> {
                  runs.incrementAndGet();
                  gate.pass();
                  interlock.lock();
                  try {
                    taken.addAll(inbox);
                    inbox.clear();
                    self.done();
                  } finally {
                    interlock.unlock();
                  }
                });
    assertEquals(Submission.QUEUED, locked(job::submit));
    gate.awaitReached();
    interlock.lock();
    try {
      inbox.add(7);
      assertEquals(Submission.COALESCED, job.submit());
    } finally {
      interlock.unlock();
    }
    gate.open();
    job.close();
    assertEquals(List.of(7), taken);
    assertEquals(1, runs.get(), "done() has answered the coalesced submission");
  }

  @Conformance
  @Rule({"P4", "G2"})
  void underStressNoCoalescedSubmissionIsLost(Scene scene) throws Exception {
    int times = scene.times(2000);
    int[] inbox = {0}; // guarded by interlock
    int[] taken = {0}; // guarded by interlock
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "locked",
                interlock,
                self -> {
                  interlock.lock();
                  try {
                    taken[0] += inbox[0];
                    inbox[0] = 0;
                    self.done();
                  } finally {
                    interlock.unlock();
                  }
                });
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(
          scene.async(
              () -> {
                for (int n = 0; n < times; n++) {
                  locked(
                      () -> {
                        inbox[0]++;
                        return job.submit();
                      });
                }
                return null;
              }));
    }
    threads.forEach(Async::result);
    job.close();
    assertEquals(3 * times, (int) locked(() -> taken[0]));
  }

  @Conformance
  @Rule("P4")
  void oneMoreRunFollowsWhenTheBodyReturnsWithoutDone(Scene scene) throws Exception {
    assertEquals(2, runsAfterACoalescedSubmission(scene, false));
  }

  @Conformance
  @Rule({"P4", "G5"})
  void oneMoreRunFollowsWhenTheBodyThrows(Scene scene) throws Exception {
    assertEquals(2, runsAfterACoalescedSubmission(scene, true));
    assertEquals(1, scene.failures().size());
  }

  private int runsAfterACoalescedSubmission(Scene scene, boolean failing) throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Gate gate = new Gate();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "locked",
                interlock,
                self -> {
                  runs.incrementAndGet();
                  gate.pass();
                  if (failing && runs.get() == 1) {
                    throw new IllegalStateException("planned");
                  }
                });
    locked(job::submit);
    gate.awaitReached();
    assertEquals(Submission.COALESCED, locked(job::submit));
    assertEquals(Submission.COALESCED, locked(job::submit));
    gate.open();
    job.close();
    return runs.get();
  }

  @Conformance
  @Rule("P5")
  void cancelAndWaitGivesTheInterlockUpAndHasItAgain(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "locked",
                interlock,
                self -> {
                  gate.pass();
                  interlock.lock(); // hangs if the waiting canceller kept it
                  try {
                    self.done();
                  } finally {
                    interlock.unlock();
                  }
                });
    locked(job::submit);
    gate.awaitReached();
    Async<Integer> canceller =
        scene.async(
            () -> {
              interlock.lock();
              interlock.lock();
              try {
                assertEquals(Cancellation.RUNNING, job.cancelAndWait());
                return interlock.getHoldCount();
              } finally {
                unlockAll();
              }
            });
    canceller.awaitWaiting();
    assertTrue(locked(() -> !canceller.isDone()), "the interlock is free");
    gate.open();
    assertEquals(2, canceller.result(), "holds of the interlock after cancelAndWait");
  }

  @Conformance
  @Rule({"P5", "G4"})
  void anInterruptedCancelAndWaitHasTheInterlockAgain(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job = scene.quern().threadPool("pool").newJob("locked", interlock, self -> gate.pass());
    locked(job::submit);
    gate.awaitReached();
    Async<@Nullable Void> canceller =
        scene.async(
            () -> {
              interlock.lock();
              try {
                assertThrows(InterruptedException.class, job::cancelAndWait);
                assertEquals(1, interlock.getHoldCount());
                assertEquals(Submission.REFUSED, job.submit(), "the request stays in effect");
                return null;
              } finally {
                unlockAll();
              }
            });
    canceller.awaitWaiting();
    interlock.lock();
    try {
      canceller.interrupt();
      scene.eventually(
          "the canceller waits for the interlock",
          () -> {
            assertFalse(canceller.isDone(), "came back without the interlock");
            return interlock.hasQueuedThread(canceller.thread());
          });
    } finally {
      interlock.unlock();
    }
    assertNull(canceller.result());
    gate.open();
  }

  @Conformance
  @Rule({"P5", "G4"})
  void aCancelAndWaitThatGaveUpHasTheInterlockAgain(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job = scene.quern().threadPool("pool").newJob("locked", interlock, self -> gate.pass());
    locked(job::submit);
    gate.awaitReached();
    for (Duration limit : List.of(Duration.ofMillis(5), Duration.ZERO, Duration.ofSeconds(-1))) {
      interlock.lock();
      try {
        assertEquals(Cancellation.TIMED_OUT, job.cancelAndWait(limit));
        assertEquals(1, interlock.getHoldCount());
        assertEquals(Submission.REFUSED, job.submit(), "the request stays in effect");
      } finally {
        unlockAll();
      }
    }
    gate.open();
  }

  private <T> T locked(Callable<T> code) throws Exception {
    interlock.lock();
    try {
      return code.call();
    } finally {
      interlock.unlock();
    }
  }

  private void unlockAll() {
    while (interlock.isHeldByCurrentThread()) {
      interlock.unlock();
    }
  }

  private interface Misused {
    void run() throws Exception;
  }
}
