// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Taking back the runs of a job (P6). */
public class ThreadPoolCancelRules {
  @Conformance
  @Rule("P6")
  void cancelAnswersIdleRemovedAndRunning(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene);
    Gate before = new Gate();
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        pool.newJob(
            "job",
            () -> {
              runs.incrementAndGet();
              gate.pass();
            });
    assertEquals(Cancellation.IDLE, job.cancel());
    pool.newJob("before", before::pass).submit();
    before.awaitReached();
    job.submit();
    assertEquals(Cancellation.REMOVED, job.cancel());
    assertEquals(Cancellation.IDLE, job.cancel());
    job.submit();
    before.open();
    gate.awaitReached();
    assertEquals(Cancellation.RUNNING, job.cancel());
    assertEquals(Submission.QUEUED, job.submit(), "cancel leaves nothing in effect");
    assertEquals(Cancellation.REMOVED, job.cancel(), "of the run that was to follow");
    assertEquals(Cancellation.RUNNING, job.cancel());
    gate.open();
    job.close();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule("P6")
  void cancelAndWaitAnswersLikeCancelAndWaitsForTheBody(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene);
    Gate before = new Gate();
    Gate gate = new Gate();
    List<String> ended = new ArrayList<>();
    Job job =
        pool.newJob(
            "job",
            () -> {
              gate.pass();
              ended.add("run"); // G3: plain, and seen by who waited
            });
    assertEquals(Cancellation.IDLE, job.cancelAndWait());
    assertEquals(Cancellation.IDLE, job.cancelAndWait(Duration.ZERO));
    pool.newJob("before", before::pass).submit();
    before.awaitReached();
    job.submit();
    assertEquals(Cancellation.REMOVED, job.cancelAndWait());
    job.submit();
    before.open();
    gate.awaitReached();
    Async<Cancellation> waiting = scene.async(() -> job.cancelAndWait()).awaitWaiting();
    gate.open();
    assertEquals(Cancellation.RUNNING, waiting.result());
    assertEquals(List.of("run"), ended);
  }

  @Conformance
  @Rule("P6")
  void cancelAndWaitOfAJobPendingAndRunningRemovesTheOneAndWaitsForTheOther(Scene scene)
      throws Exception {
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                () -> {
                  gate.pass();
                  runs.incrementAndGet();
                });
    job.submit();
    gate.awaitReached();
    job.submit();
    Async<Cancellation> waiting = scene.async(() -> job.cancelAndWait()).awaitWaiting();
    gate.open();
    assertEquals(Cancellation.REMOVED, waiting.result());
    assertEquals(1, runs.get());
    job.close();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule("P6")
  void submissionsAreRefusedFromTheCallToItsEnd(Scene scene) throws Exception {
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                () -> {
                  runs.incrementAndGet();
                  gate.pass();
                });
    job.submit();
    gate.awaitReached();
    Async<Cancellation> waiting = scene.async(() -> job.cancelAndWait()).awaitWaiting();
    assertEquals(Submission.REFUSED, job.submit());
    gate.open();
    waiting.result();
    assertEquals(1, runs.get());
    assertEquals(Submission.QUEUED, job.submit(), "accepted again");
    job.close();
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule({"P6", "G4"})
  void aCancellationThatGaveUpStaysInEffectUntilTheRunEnds(Scene scene) throws Exception {
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                () -> {
                  runs.incrementAndGet();
                  gate.pass();
                });
    job.submit();
    gate.awaitReached();
    assertEquals(Cancellation.TIMED_OUT, job.cancelAndWait(Duration.ofMillis(5)));
    assertEquals(Submission.REFUSED, job.submit());
    Async<@Nullable Throwable> interrupted =
        scene.async(() -> assertThrows(InterruptedException.class, () -> job.cancelAndWait()));
    interrupted.awaitWaiting().interrupt();
    interrupted.result();
    assertEquals(Submission.REFUSED, job.submit());
    gate.open();
    scene.eventually("the job takes submissions again", () -> job.submit() == Submission.QUEUED);
    job.close();
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule("P6")
  void allWhoCancelAndWaitAreReleased(Scene scene) throws Exception {
    Gate gate = new Gate();
    Job job = scene.quern().threadPool("pool").newJob("job", gate::pass);
    job.submit();
    gate.awaitReached();
    List<Async<Cancellation>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(scene.async(() -> job.cancelAndWait()).awaitWaiting());
    }
    gate.open();
    for (Async<Cancellation> one : waiting) {
      assertEquals(Cancellation.RUNNING, one.result());
    }
    assertEquals(Submission.QUEUED, job.submit());
  }

  @Conformance
  @Rule("P6")
  void aJobThatSubmitsItselfDoesNotSurvive(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    for (int round = 0; round < scene.times(100); round++) {
      AtomicInteger runs = new AtomicInteger();
      CountDownLatch going = new CountDownLatch(3);
      Job job =
          pool.newJob(
              "job",
              self -> {
                runs.incrementAndGet();
                going.countDown();
                self.submit();
              });
      job.submit();
      scene.await(going);
      job.cancelAndWait();
      int before = runs.get();
      assertEquals(Cancellation.IDLE, job.cancel());
      job.close();
      assertEquals(before, runs.get());
    }
  }

  @Conformance
  @Rule({"P6", "G3"})
  void underStressNoRunAcceptedBeforeBeginsAfterCancelAndWait(Scene scene) throws Exception {
    int times = scene.times(500);
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(3));
    int[] written = {0}; // plain: handed on by cancelAndWait and by submit
    AtomicInteger inside = new AtomicInteger();
    Job job =
        pool.newJob(
            "job",
            () -> {
              inside.incrementAndGet();
              written[0]++;
              inside.decrementAndGet();
            });
    for (int i = 0; i < times; i++) {
      job.submit();
      if (scene.random().nextBoolean()) {
        Thread.yield();
      }
      job.cancelAndWait();
      assertEquals(0, inside.get(), "a body is inside");
      int before = written[0];
      Thread.yield();
      assertEquals(before, written[0], "a run began after cancelAndWait");
    }
  }

  @Conformance
  @Rule("P6")
  void cancellingWhileJobsAreAssignedLosesNoOtherJob(Scene scene) throws Exception {
    int times = scene.times(2000);
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2).maxRun(4));
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      History cancelled = new History(pool, "cancelled " + i);
      History kept = new History(pool, "kept " + i);
      long seed = scene.random().nextLong();
      threads.add(
          scene.async(
              () -> {
                Random random = new Random(seed);
                for (int n = 0; n < times; n++) {
                  cancelled.submit();
                  kept.submit();
                  if (random.nextInt(3) > 0) {
                    cancelled.cancel();
                  }
                }
                cancelled.check();
                kept.check();
                return null;
              }));
    }
    threads.forEach(Async::result);
  }

  /** What one thread did to a job: each accepted submission is run, or is removed. */
  private static final class History {
    private final Job job;
    private final AtomicInteger runs = new AtomicInteger();
    private int queued;
    private int removed;

    History(ThreadPool pool, String name) {
      job = pool.newJob(name, () -> runs.incrementAndGet());
    }

    void submit() {
      queued += job.submit() == Submission.QUEUED ? 1 : 0;
    }

    void cancel() {
      removed += job.cancel() == Cancellation.REMOVED ? 1 : 0;
    }

    void check() {
      job.close();
      assertEquals(queued, removed + runs.get(), () -> job.name() + ": " + removed + " removed");
    }
  }

  @Conformance
  @Rule({"P6", "G6"})
  void cancelAndWaitFromTheJobsOwnBodyIsMisuse(Scene scene) throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> timed = new AtomicReference<>();
    CountDownLatch runs = new CountDownLatch(2);
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  runs.countDown();
                  if (runs.getCount() == 1) {
                    thrown.set(assertThrows(MisuseException.class, self::cancelAndWait));
                    Duration limit = Duration.ofSeconds(1);
                    timed.set(assertThrows(MisuseException.class, () -> self.cancelAndWait(limit)));
                    assertEquals(Submission.QUEUED, self.submit(), "nothing has changed");
                  }
                });
    job.submit();
    scene.await(runs);
    assertTrue(thrown.get() instanceof MisuseException);
    assertTrue(timed.get() instanceof MisuseException);
  }

  @Conformance
  @Rule({"P6", "G6"})
  void cancelAndWaitFromAnotherJobOfAPoolOfOneIsMisuse(Scene scene) throws Exception {
    ThreadPool pool = poolOfOne(scene);
    Job other = pool.newJob("other", () -> {});
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Job job =
        pool.newJob(
            "job", () -> thrown.set(assertThrows(MisuseException.class, other::cancelAndWait)));
    job.submit();
    job.close();
    assertTrue(thrown.get() instanceof MisuseException);
  }

  private static ThreadPool poolOfOne(Scene scene) {
    return scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
  }
}
