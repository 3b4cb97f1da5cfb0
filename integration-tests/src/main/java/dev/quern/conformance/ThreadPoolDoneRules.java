// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The early end of a run (P5). */
public class ThreadPoolDoneRules {
  @Conformance
  @Rule("P5")
  void doneFromElsewhereIsMisuse(Scene scene) throws Exception {
    Gate gate = new Gate();
    CountDownLatch misused = new CountDownLatch(1);
    ThreadPool pool = scene.quern().threadPool("pool");
    Job job = pool.newJob("job", gate::pass);
    assertThrows(MisuseException.class, job::done);
    job.submit();
    gate.awaitReached();
    assertThrows(MisuseException.class, job::done, "from a thread that is no worker");
    pool.newJob(
            "other",
            () -> {
              assertThrows(MisuseException.class, job::done, "from another job's run");
              misused.countDown();
            })
        .submit();
    scene.await(misused);
    assertEquals(Submission.QUEUED, job.submit(), "still running: one more run");
    assertEquals(Cancellation.REMOVED, job.cancel());
    gate.open();
  }

  @Conformance
  @Rule("P5")
  void doneTwiceInARunIsMisuse(Scene scene) throws Exception {
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  self.done();
                  second.set(assertThrows(MisuseException.class, self::done));
                });
    job.submit();
    job.close();
    assertTrue(second.get() instanceof MisuseException);
  }

  @Conformance
  @Rule("P5")
  void afterDoneTheJobRunsOnAnotherWorkerWhileTheOldBodyLeaves(Scene scene) throws Exception {
    Gate leaving = new Gate();
    Gate again = new Gate();
    AtomicInteger runs = new AtomicInteger();
    List<Thread> workers = new ArrayList<>();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  workers.add(Thread.currentThread());
                  if (runs.incrementAndGet() == 1) {
                    self.done();
                    leaving.pass();
                    assertThrows(MisuseException.class, self::done, "it is the other run now");
                  } else {
                    again.pass();
                  }
                });
    job.submit();
    leaving.awaitReached();
    assertEquals(Cancellation.IDLE, job.cancel(), "done() has ended the run");
    assertEquals(Cancellation.IDLE, job.cancelAndWait());
    assertEquals(Submission.QUEUED, job.submit());
    again.awaitReached();
    assertNotSame(workers.get(0), workers.get(1));
    leaving.open();
    assertEquals(Cancellation.RUNNING, job.cancel(), "the second run is in progress");
    again.open();
  }

  @Conformance
  @Rule("P5")
  void runsAfterEarlyDoneNeverOverlapBeforeIt(Scene scene) throws Exception {
    int times = scene.times(500);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    Semaphore ended = new Semaphore(0);
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  assertEquals(1, inside.incrementAndGet());
                  runs.incrementAndGet();
                  inside.decrementAndGet();
                  self.done();
                  ended.release();
                });
    int accepted = 0;
    for (int i = 0; i < times; i++) {
      accepted += job.submit() == Submission.QUEUED ? 1 : 0;
      if (scene.random().nextInt(4) == 0) {
        ended.tryAcquire();
      }
    }
    job.close();
    assertEquals(accepted, runs.get());
  }
}
