// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Closing a job (P7). */
public class ThreadPoolCloseRules {
  @Conformance
  @Rule("P7")
  void closingAJobWaitsUntilNoBodyRefersToIt(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job = scene.quern().threadPool("pool").newJob("job", gate::pass);
    job.submit();
    gate.awaitReached();
    Async<Boolean> closing = scene.async(() -> close(job)).awaitWaiting();
    assertThrows(ClosedException.class, job::submit);
    assertTrue(job.isClosed());
    gate.open();
    closing.result();
  }

  @Conformance
  @Rule({"P5", "P7"})
  void closingAJobWaitsForABodyThatIsDoneAndHasNotLeft(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  self.done();
                  gate.pass();
                });
    job.submit();
    gate.awaitReached();
    assertEquals(List.of("job"), job.close(Duration.ofMillis(5)));
    Async<Boolean> closing = scene.async(() -> close(job)).awaitWaiting();
    assertFalse(closing.isDone());
    gate.open();
    closing.result();
    assertEquals(List.of(), job.close(Duration.ZERO));
  }

  @Conformance
  @Rule({"P7", "G11"})
  void aJobThatWaitsWhenItIsClosedRuns(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene);
    Gate gate = new Gate();
    pool.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    AtomicInteger runs = new AtomicInteger();
    Job job = pool.newJob("job", () -> runs.incrementAndGet());
    job.submit();
    Async<Boolean> closing = scene.async(() -> close(job)).awaitWaiting();
    gate.open();
    closing.result();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule("P7")
  void closeFromTheJobsOwnBodyTakesEffectAtItsEnd(Scene scene) throws Exception {
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  self.close();
                  gate.pass();
                  runs.incrementAndGet();
                });
    job.submit();
    gate.awaitReached();
    Async<Boolean> closing = scene.async(() -> close(job)).awaitWaiting();
    assertFalse(closing.isDone());
    gate.open();
    closing.result();
    assertEquals(1, runs.get());
    assertTrue(job.isClosed());
    assertThrows(ClosedException.class, job::submit);
  }

  @Conformance
  @Rule({"P7", "G11"})
  void aSubmissionThatRacesWithCloseIsServedOrThrows(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    for (int round = 0; round < scene.times(200); round++) {
      AtomicInteger runs = new AtomicInteger();
      Job job = pool.newJob("job", () -> runs.incrementAndGet());
      Async<Boolean> closing = scene.async(() -> close(job));
      int queued = 0;
      try {
        while (true) {
          queued += job.submit() == Submission.QUEUED ? 1 : 0;
        }
      } catch (ClosedException closed) {
        closing.result();
      }
      assertEquals(queued, runs.get());
    }
  }

  private static ThreadPool poolOfOne(Scene scene) {
    return scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
  }

  private static boolean close(Job job) {
    job.close();
    return true;
  }
}
