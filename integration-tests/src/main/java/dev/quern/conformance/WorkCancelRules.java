// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Cancellation.RUNNING;
import static dev.quern.Cancellation.TIMED_OUT;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Cancelling: not pending, not running, not coming back (W6, W7). */
public class WorkCancelRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkCancelRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  private static WorkQueue ordered(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
  }

  @Conformance
  @Rule("W6")
  void cancelTakesAQueuedRunAwayAndNoOther(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work before = queue.newWork("before", () -> ran.add("before"));
    Work gone = queue.newWork("gone", () -> ran.add("gone"));
    Work after = queue.newWork("after", () -> ran.add("after"));
    List.of(before, gone, after).forEach(Work::submit);
    assertEquals(REMOVED, gone.cancel());
    assertEquals(IDLE, gone.cancel());
    blocker.letAllGo();
    queue.flush();
    assertEquals(List.of("before", "after"), ran);
  }

  @Conformance
  @Rule({"W6", "W12"})
  void anItemCancelledAndSubmittedAgainGoesToTheBackAndRunsOnce(Scene scene)
      throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work first = queue.newWork("first", () -> ran.add("first"));
    Work second = queue.newWork("second", () -> ran.add("second"));
    first.submit();
    second.submit();
    first.cancel();
    assertEquals(QUEUED, first.submit());
    blocker.letAllGo();
    queue.flush();
    assertEquals(List.of("second", "first"), ran);
  }

  @Conformance
  @Rule("W7")
  void cancelAndWaitOfWhatDoesNotRunReturnsAtOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    assertEquals(IDLE, item.cancelAndWait());
    item.submit();
    assertEquals(REMOVED, item.cancelAndWait(), "queued");
    item.schedule(FAR);
    assertEquals(REMOVED, item.cancelAndWait(), "delayed");
    blocker.letAllGo();
    queue.flush();
    assertEquals(0, runs.get());
    assertEquals(QUEUED, item.submit());
  }

  @Conformance
  @Rule("W7")
  void cancelAndWaitReturnsWhenTheRunHasEnded(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Cancellation> cancelling = scene.async(() -> item.work().cancelAndWait());
    cancelling.awaitWaiting();
    item.letGo();
    assertEquals(RUNNING, cancelling.result());
    assertEquals(1, item.ended());
    assertFalse(item.work().isBusy());
  }

  @Conformance
  @Rule("W7")
  void cancelAndWaitTakesAwayTheRunThatIsQueuedBehindTheOneInProgress(Scene scene)
      throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    item.submit();
    Async<Cancellation> cancelling = scene.async(() -> item.work().cancelAndWait());
    cancelling.awaitWaiting();
    assertFalse(item.work().isPending());
    item.letAllGo();
    assertEquals(REMOVED, cancelling.result());
    queue.flush();
    assertEquals(1, item.runs());
  }

  @Conformance
  @Rule("W7")
  void submissionsAreRefusedUntilTheRunEndsWhoeverSubmits(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    List<Submission> own = new CopyOnWriteArrayList<>();
    item.atEnd(() -> own.add(item.submit()));
    Async<Cancellation> cancelling = scene.async(() -> item.work().cancelAndWait());
    cancelling.awaitWaiting();
    assertEquals(REFUSED, item.submit());
    assertEquals(REFUSED, item.work().schedule(FAR));
    assertEquals(REFUSED, item.work().reschedule(FAR));
    assertEquals(REFUSED, item.work().scheduleAt(System.nanoTime()));
    assertEquals(REFUSED, item.work().rescheduleAt(System.nanoTime()));
    assertFalse(item.work().isPending());
    item.letAllGo();
    cancelling.result();
    assertEquals(List.of(REFUSED), own);
    queue.flush();
    assertEquals(1, item.runs());
    item.atEnd(() -> {});
    assertEquals(QUEUED, item.submit());
  }

  /** Submitted from the run that follows on the same ordered queue: the cancelled one has ended. */
  @Conformance
  @Rule("W7")
  void submissionsAreAcceptedFromThatRunsEndThoughCallersHaveNotReturned(Scene scene) {
    for (int i = 0; i < scene.times(20); i++) {
      WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered-" + i));
      HeldWork item = HeldWork.running(queue, "item");
      List<Submission> answers = new CopyOnWriteArrayList<>();
      Work next = queue.newWork("next", () -> answers.add(item.submit()));
      next.submit();
      List<Async<Cancellation>> callers = new ArrayList<>();
      for (int c = 0; c < 2; c++) {
        callers.add(scene.async(() -> item.work().cancelAndWait()).awaitWaiting());
      }
      item.letGo();
      // Both return although the item may run again by now, and is held again.
      callers.forEach(caller -> assertEquals(RUNNING, caller.result()));
      item.awaitRun();
      assertEquals(List.of(QUEUED), answers);
      assertFalse(item.work().isCancelling());
      item.letAllGo();
      queue.close();
      assertEquals(2, item.runs());
    }
  }

  @Conformance
  @Rule({"W7", "G4"})
  void theRequestStaysInEffectWhenItsCallerGivesUp(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    assertEquals(QUEUED, item.submit());
    assertEquals(TIMED_OUT, item.work().cancelAndWait(Duration.ofMillis(1)));
    assertTrue(item.work().isCancelling());
    assertEquals(REFUSED, item.submit(), "nobody waits, but the run goes on");
    item.letGo();
    item.work().flush();
    assertFalse(item.work().isCancelling());
    queue.flush();
    assertEquals(1, item.runs(), "the run that was queued was taken away");
    assertEquals(QUEUED, item.submit());
    item.letAllGo();
  }

  @Conformance
  @Rule({"W7", "G4"})
  void theRequestStaysInEffectWhenItsCallerIsInterrupted(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Cancellation> cancelling = scene.async(() -> item.work().cancelAndWait());
    cancelling.awaitWaiting();
    cancelling.interrupt();
    assertInstanceOf(InterruptedException.class, cancelling.thrown());
    assertTrue(item.work().isCancelling());
    assertEquals(REFUSED, item.submit());
    item.letAllGo();
    item.work().flush();
    assertEquals(QUEUED, item.submit());
  }

  @Conformance
  @Rule({"W7", "G4"})
  void oneCallerGivingUpReleasesNoOther(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Cancellation> staying = scene.async(() -> item.work().cancelAndWait());
    staying.awaitWaiting();
    assertEquals(TIMED_OUT, item.work().cancelAndWait(Duration.ofMillis(1)));
    assertEquals(REFUSED, item.submit());
    Spin.assertStillWaiting(scene, staying);
    item.letGo();
    assertEquals(RUNNING, staying.result());
    assertEquals(1, item.ended());
  }

  @Conformance
  @Rule("W7")
  void anItemThatSubmitsItselfDoesNotSurvive(Scene scene) throws InterruptedException {
    survivesNot(scene, Work::submit);
  }

  @Conformance
  @Rule("W7")
  void anItemThatReschedulesItselfDoesNotSurvive(Scene scene) throws InterruptedException {
    survivesNot(scene, self -> self.reschedule(Duration.ZERO));
  }

  @Conformance
  @Rule("W7")
  void aPeriodicItemDoesNotSurvive(Scene scene) throws InterruptedException {
    survivesNot(scene, self -> self.schedule(Duration.ofNanos(20_000)));
  }

  private interface Again {
    Submission to(Work self);
  }

  private static void survivesNot(Scene scene, Again again) throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Work item =
        queue.newWork(
            "item",
            self -> {
              begun.incrementAndGet();
              again.to(self);
              ended.incrementAndGet();
            });
    for (int i = 0; i < scene.times(30); i++) {
      int before = begun.get();
      assertEquals(QUEUED, item.submit());
      int enough = before + 1 + scene.random().nextInt(3);
      Spin.until("it runs again and again", () -> begun.get() >= enough);
      assertNotEquals(IDLE, item.cancelAndWait(), "it was pending or running all the time");
      int after = begun.get();
      assertEquals(after, ended.get(), "a run goes on after cancelAndWait");
      assertFalse(item.isBusy());
      queue.flush();
      assertEquals(after, begun.get(), "a run began after cancelAndWait");
    }
  }

  /** Two cancel an item that queues itself, a third submits it all the time. */
  @Conformance
  @Rule({"W7", "G3"})
  void cancellersUnderFireEachSeeTheRunsBeforeTheirCallEnded(Scene scene)
      throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicLong begun = new AtomicLong();
    long[] plain = new long[1]; // the runs that ended, written by the runs alone
    AtomicBoolean stop = new AtomicBoolean();
    Work item =
        queue.newWork(
            "item",
            self -> {
              begun.incrementAndGet();
              self.submit();
              plain[0]++;
            });
    Thread submitter =
        scene.thread(
            () -> {
              while (!stop.get()) {
                item.submit();
                Thread.yield();
              }
            });
    Action cancel =
        () -> {
          for (int i = 0; i < scene.times(500); i++) {
            long before = begun.get();
            item.cancelAndWait();
            assertTrue(plain[0] >= before, "a run begun before the call had not ended after it");
          }
        };
    Thread one = scene.thread(cancel);
    Thread two = scene.thread(cancel);
    one.join();
    two.join();
    stop.set(true);
    submitter.join();
    item.cancelAndWait();
    assertEquals(begun.get(), plain[0]);
    queue.flush();
    assertEquals(begun.get(), plain[0], "it came back");
  }

  /** Whatever is answered QUEUED ends in exactly one run or one REMOVED. */
  @Conformance
  @Rule({"W2", "W5", "W6", "W7", "W16"})
  void everyAcceptedRunHappensOrIsRemovedExactlyOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicLong runs = new AtomicLong();
    AtomicLong queued = new AtomicLong();
    AtomicLong removed = new AtomicLong();
    Work item = queue.newWork("item", runs::incrementAndGet);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      long seed = scene.random().nextLong();
      threads.add(
          scene.thread(
              () -> new RandomEvents(item, seed, queued, removed).fire(scene.times(3_000))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    item.flush();
    assertFalse(item.isBusy());
    assertEquals(queued.get(), runs.get() + removed.get(), "QUEUED = runs + REMOVED");
  }

  @Conformance
  @Rule({"W6", "W7"})
  void cancellingClosesNothing(Scene scene) throws InterruptedException {
    Work item = queue(scene).newWork("item", () -> {});
    item.submit();
    item.cancelAndWait();
    assertFalse(item.isClosed());
    assertEquals(QUEUED, item.schedule(FAR));
    assertEquals(COALESCED, item.submit());
    assertEquals(REMOVED, item.cancel());
  }

  @Conformance
  @Rule({"G4", "W7", "W8", "W10", "W16"})
  void aLimitBeyondAllMeasureIsForEver(Scene scene) {
    Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    List<Async<Object>> waits =
        List.of(
            scene.async(() -> item.work().flush(forEver)),
            scene.async(() -> queue.flush(forEver)),
            scene.async(() -> queue.drain(forEver)),
            scene.async(() -> item.work().cancelAndWait(forEver)),
            scene.async(() -> item.work().disableAndWait(forEver)));
    waits.forEach(Async::awaitWaiting);
    Async<Object> close = scene.async(() -> queue.close(forEver));
    close.awaitWaiting();
    item.letGo();
    List<Object> results = waits.stream().map(Async::result).toList();
    assertEquals(List.of(true, true, true, RUNNING, RUNNING), results);
    assertEquals(List.of(), close.result());
  }
}
