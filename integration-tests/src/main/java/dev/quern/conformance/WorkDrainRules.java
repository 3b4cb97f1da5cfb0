// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Waiting for a whole queue: flush and drain (W10). */
public class WorkDrainRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkDrainRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  private static Async<String> flushing(Scene scene, WorkQueue queue) {
    Async<String> flush =
        scene.async(
            () -> {
              queue.flush();
              return "flushed";
            });
    return flush.awaitWaiting();
  }

  private static Async<String> draining(Scene scene, WorkQueue queue) {
    Async<String> drain =
        scene.async(
            () -> {
              queue.drain();
              return "drained";
            });
    return drain.awaitWaiting();
  }

  @Conformance
  @Rule("W10")
  void flushWaitsForAllThatIsQueuedOrRunning(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork queued = new HeldWork(queue, "queued");
    queued.submit();
    Async<String> flush = flushing(scene, queue);
    running.letGo();
    queued.awaitRun();
    Spin.assertStillWaiting(scene, flush); // the queued one has not run to its end
    queued.letGo();
    flush.result();
  }

  @Conformance
  @Rule("W10")
  void flushWaitsForTheSecondRunOfAnItemThatWasQueuedWhileItRan(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    item.submit();
    Async<String> flush = flushing(scene, queue);
    item.letGo();
    item.awaitRun();
    Spin.assertStillWaiting(scene, flush);
    item.letGo();
    flush.result();
  }

  @Conformance
  @Rule("W10")
  void flushDoesNotWaitForWhatComesAfterIt(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Async<String> flush = flushing(scene, queue);
    HeldWork later = HeldWork.running(queue, "later");
    running.submit();
    running.letGo();
    running.awaitRun(); // its second run and the later item are held
    flush.result();
    running.letAllGo();
    later.letAllGo();
  }

  /** What was queued at the call and taken away since is not replaced by what comes after. */
  @Conformance
  @Rule("W10")
  void flushDoesNotWaitForWhatTakesThePlaceOfACancelledItem(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork cancelled = new HeldWork(queue, "cancelled");
    cancelled.submit();
    Async<String> flush = flushing(scene, queue);
    assertEquals(Cancellation.REMOVED, cancelled.work().cancel());
    HeldWork later = new HeldWork(queue, "later");
    later.submit();
    running.letAllGo();
    later.awaitRun(); // it is held
    flush.result();
    later.letAllGo();
  }

  @Conformance
  @Rule("W10")
  void flushAndDrainOfAnIdleQueueReturnAtOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    queue.flush();
    queue.drain();
    assertTrue(queue.flush(Duration.ZERO));
    assertTrue(queue.drain(Duration.ZERO));
    Work item = queue.newWork("item", () -> {});
    assertEquals(QUEUED, item.submit(), "the drain has ended");
  }

  @Conformance
  @Rule({"W10", "G4"})
  void flushWithALimitIsFalseOnlyForWantOfTime(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    assertFalse(queue.flush(Duration.ZERO));
    assertFalse(queue.flush(Duration.ofMillis(1)));
    item.letAllGo();
    assertTrue(queue.flush(Scene.LIMIT));
  }

  @Conformance
  @Rule("W10")
  void flushAndDrainLeaveDelayedItemsAlone(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = queue(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.schedule(Duration.ofSeconds(10));
    queue.flush();
    queue.drain();
    assertTrue(item.isPending());
    assertEquals(0, runs.get());
    scene.probe().advance(Duration.ofSeconds(10).minusNanos(1));
    queue.flush();
    assertEquals(0, runs.get(), "its deadline has come nearer");
    scene.probe().advance(Duration.ofNanos(1));
    queue.flush();
    assertEquals(1, runs.get());
  }

  /** Someone waits for the delayed run, but not the queue's flush. */
  @Conformance
  @Rule({"W10", "W8"})
  void flushLeavesADelayedRunAloneThatIsWaitedForByItself(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    item.submit();
    Async<String> other =
        scene.async(
            () -> {
              item.work().flush();
              return "flushed";
            });
    other.awaitWaiting();
    assertEquals(Submission.COALESCED, item.work().reschedule(FAR));
    Async<String> flush = flushing(scene, queue);
    item.letGo();
    flush.result();
    item.work().cancel();
    other.result();
  }

  @Conformance
  @Rule("W10")
  void drainRefusesEverySubmissionFromOutsideUntilItEnds(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Work idle = queue.newWork("idle", () -> {});
    Async<String> drain = draining(scene, queue);
    assertEquals(REFUSED, idle.submit());
    assertEquals(REFUSED, idle.schedule(FAR));
    assertEquals(REFUSED, idle.scheduleAt(System.nanoTime()));
    assertEquals(REFUSED, idle.reschedule(FAR));
    assertEquals(REFUSED, idle.rescheduleAt(System.nanoTime()));
    assertEquals(REFUSED, running.submit());
    assertFalse(idle.isPending());
    running.letGo();
    drain.result();
    assertEquals(1, running.runs());
    assertEquals(QUEUED, idle.submit());
  }

  @Conformance
  @Rule("W10")
  void drainRefusesWhatIsAlreadyPendingAndLeavesItWhereItIs(Scene scene)
      throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger delayedRuns = new AtomicInteger();
    Work queued = queue.newWork("queued", runs::incrementAndGet);
    Work delayed = queue.newWork("delayed", delayedRuns::incrementAndGet);
    queued.submit();
    delayed.schedule(Duration.ofSeconds(10));
    Async<String> drain = draining(scene, queue);
    assertEquals(REFUSED, queued.submit());
    assertEquals(REFUSED, queued.reschedule(FAR));
    assertEquals(REFUSED, delayed.submit());
    assertEquals(REFUSED, delayed.reschedule(FAR));
    assertEquals(REFUSED, delayed.reschedule(Duration.ZERO));
    running.letGo();
    drain.result();
    assertEquals(1, runs.get(), "the queued one runs");
    scene.probe().advance(Duration.ofSeconds(10).minusNanos(1));
    queue.flush();
    assertEquals(0, delayedRuns.get());
    scene.probe().advance(Duration.ofNanos(1));
    queue.flush();
    assertEquals(1, delayedRuns.get(), "at the deadline it had");
  }

  @Conformance
  @Rule("W10")
  void drainAcceptsFromTheQueuesOwnItemsAndWaitsForThemToo(Scene scene) {
    WorkQueue queue = queue(scene);
    List<Submission> answers = new CopyOnWriteArrayList<>();
    List<String> ran = new CopyOnWriteArrayList<>();
    HeldWork first = HeldWork.running(queue, "first");
    Work third = queue.newWork("third", () -> ran.add("third"));
    Work second =
        queue.newWork(
            "second",
            () -> {
              ran.add("second");
              answers.add(third.submit());
            });
    first.atEnd(() -> answers.add(second.submit()));
    Async<String> drain = draining(scene, queue);
    first.letGo();
    drain.result();
    assertEquals(List.of(QUEUED, QUEUED), answers);
    assertEquals(List.of("second", "third"), ran);
  }

  @Conformance
  @Rule("W10")
  void drainWaitsForAnItemThatSubmitsItselfUntilItStops(Scene scene) {
    WorkQueue queue = queue(scene);
    AtomicInteger runs = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    Work item =
        queue.newWork(
            "item",
            self -> {
              runs.incrementAndGet();
              if (!enough.get()) {
                self.submit();
              }
            });
    item.submit();
    Async<String> drain = draining(scene, queue);
    int before = runs.get();
    Spin.until("it runs on during the drain", () -> runs.get() > before + 3);
    Spin.assertStillWaiting(scene, drain);
    enough.set(true);
    drain.result();
    assertFalse(item.isBusy());
  }

  /** Another queue's item is outside, so is a thread that an item started. */
  @Conformance
  @Rule("W10")
  void drainRefusesTheItemsOfOtherQueues(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Work item = queue.newWork("item", () -> {});
    HeldWork foreign = HeldWork.running(scene.quern().newWorkQueue("other"), "foreign");
    List<Submission> answers = new CopyOnWriteArrayList<>();
    foreign.atEnd(() -> answers.add(item.submit()));
    Async<String> drain = draining(scene, queue);
    foreign.letGo();
    scene.eventually("the other queue's item was answered", () -> answers.size() == 1);
    assertEquals(List.of(REFUSED), answers);
    running.letGo();
    drain.result();
  }

  @Conformance
  @Rule("W10")
  void anItemThatComesDueDuringADrainIsRunAndWaitedFor(Scene scene) {
    scene.probe().manualClock();
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork delayed = new HeldWork(queue, "delayed");
    delayed.work().schedule(Duration.ofSeconds(10));
    Async<String> drain = draining(scene, queue);
    scene.probe().advance(Duration.ofSeconds(10));
    delayed.awaitRun();
    running.letGo();
    scene.eventually("the first run has ended", () -> !running.work().isBusy());
    Spin.assertStillWaiting(scene, drain); // something is running
    delayed.letGo();
    drain.result();
  }

  @Conformance
  @Rule("W10")
  void cancellingIsPossibleDuringADrainAndShortensIt(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork queued = new HeldWork(queue, "queued");
    queued.submit();
    Async<String> drain = draining(scene, queue);
    assertEquals(Cancellation.REMOVED, queued.work().cancel());
    running.letGo();
    drain.result();
    assertEquals(0, queued.runs());
  }

  @Conformance
  @Rule("W10")
  void drainsNest(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Work item = queue.newWork("item", () -> {});
    Async<String> one = draining(scene, queue);
    Async<String> two = draining(scene, queue);
    one.interrupt();
    assertInstanceOf(InterruptedException.class, one.thrown());
    assertEquals(REFUSED, item.submit(), "the other drain goes on");
    running.letGo();
    two.result();
    assertEquals(QUEUED, item.submit());
  }

  @Conformance
  @Rule({"W10", "G4"})
  void aDrainThatGivesUpIsWithdrawn(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    assertFalse(queue.drain(Duration.ZERO));
    assertEquals(QUEUED, item.submit(), "after one look");
    assertFalse(queue.drain(Duration.ofMillis(1)));
    item.submit();
    item.flush();
    Async<String> drain = draining(scene, queue);
    assertEquals(REFUSED, item.submit());
    drain.interrupt();
    assertInstanceOf(InterruptedException.class, drain.thrown());
    assertEquals(QUEUED, item.submit(), "after the interrupt");
    item.flush();
    assertTrue(runs.get() >= 2);
    running.letAllGo();
  }

  /**
   * Submitters never stop; each drain has an end all the same, and nothing runs at that instant.
   */
  @Conformance
  @Rule({"W10", "G3"})
  void drainUnderFireEndsAndSeesTheRunsBeforeItEnded(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    int[] plain = new int[1];
    AtomicInteger begun = new AtomicInteger();
    Work item =
        queue.newWork(
            "item",
            () -> {
              begun.incrementAndGet();
              plain[0]++;
            });
    AtomicBoolean stop = new AtomicBoolean();
    Thread submitter =
        scene.thread(
            () -> {
              while (!stop.get()) {
                item.submit();
              }
            });
    for (int i = 0; i < scene.times(300); i++) {
      int before = begun.get();
      queue.drain();
      assertTrue(plain[0] >= before);
    }
    stop.set(true);
    submitter.join();
    queue.drain();
    assertEquals(begun.get(), plain[0]);
  }
}
