// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Waiting for one item's runs: each sentence of W8. */
public class WorkFlushRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkFlushRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  private static WorkQueue ordered(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
  }

  /** A flush that has begun to wait; its result is how many runs had ended when it returned. */
  private static Async<Integer> flushing(Scene scene, HeldWork item) {
    Async<Integer> flush =
        scene.async(
            () -> {
              item.work().flush();
              return item.ended();
            });
    return flush.awaitWaiting();
  }

  @Conformance
  @Rule("W8")
  void flushWaitsForTheRunInProgressWhenItServesTheLastSubmission(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Integer> flush = flushing(scene, item);
    item.letGo();
    assertEquals(1, flush.result());
  }

  @Conformance
  @Rule("W8")
  void flushWaitsForTheRunThatServesASubmissionMadeDuringARun(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    assertEquals(QUEUED, item.submit());
    Async<Integer> flush = flushing(scene, item);
    item.letGo();
    item.awaitRun();
    Spin.assertStillWaiting(scene, flush); // the first run does not serve the second submission
    item.letGo();
    assertEquals(2, flush.result());
  }

  @Conformance
  @Rule("W8")
  void flushDoesNotWaitForSubmissionsAfterIt(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Integer> flush = flushing(scene, item);
    assertEquals(QUEUED, item.submit());
    item.letGo();
    item.awaitRun(); // held: a flush that waits for it would not return
    assertEquals(1, flush.result());
    item.letAllGo();
  }

  @Conformance
  @Rule("W8")
  void flushOfAnItemThatSubmitsItselfForEverReturns(Scene scene) throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    Work item =
        queue(scene)
            .newWork(
                "item",
                self -> {
                  begun.incrementAndGet();
                  if (!stop.get()) {
                    self.submit();
                  }
                  ended.incrementAndGet();
                });
    item.submit();
    for (int i = 0; i < 20; i++) {
      int before = begun.get();
      item.flush();
      assertTrue(ended.get() >= Math.max(1, before), "a run begun before the flush has not ended");
    }
    stop.set(true);
  }

  @Conformance
  @Rule("W8")
  void flushQueuesADelayedItemAtOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.schedule(FAR);
    item.flush();
    assertEquals(1, runs.get());
    assertFalse(item.isPending(), "its timer is gone");
  }

  @Conformance
  @Rule("W8")
  void flushQueuesAnItemThatIsDelayedWhileItRuns(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    assertEquals(QUEUED, item.work().schedule(FAR));
    Async<Integer> flush = flushing(scene, item);
    item.letAllGo();
    assertEquals(2, flush.result());
  }

  @Conformance
  @Rule({"W8", "W12"})
  void aDelayedItemThatIsFlushedTakesItsPlaceInOrder(Scene scene) {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    HeldWork item = new HeldWork(queue, "item");
    HeldWork later = new HeldWork(queue, "later");
    item.work().schedule(FAR);
    Async<Integer> flush = flushing(scene, item);
    later.submit();
    blocker.letAllGo();
    item.awaitRun();
    assertEquals(0, later.runs(), "it was queued after the flushed one");
    item.letAllGo();
    later.letAllGo();
    assertEquals(1, flush.result());
  }

  @Conformance
  @Rule({"W8", "G4"})
  void flushThatGivesUpHasHurriedTheItemForGood(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    AtomicInteger runs = new AtomicInteger();
    Work one = queue.newWork("one", runs::incrementAndGet);
    Work two = queue.newWork("two", runs::incrementAndGet);
    one.schedule(FAR);
    two.schedule(FAR);
    assertFalse(one.flush(Duration.ZERO));
    assertFalse(two.flush(Duration.ofMillis(1)));
    blocker.letAllGo();
    queue.flush();
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule({"W8", "G4"})
  void flushThatIsInterruptedChangesNothingElse(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    HeldWork item = new HeldWork(queue, "item");
    item.letAllGo();
    item.submit();
    Async<Integer> flush = flushing(scene, item);
    flush.interrupt();
    assertInstanceOf(InterruptedException.class, flush.thrown());
    assertTrue(item.work().isPending());
    blocker.letAllGo();
    item.work().flush();
    assertEquals(1, item.runs());
  }

  @Conformance
  @Rule("W8")
  void flushReturnsWhenCancelTakesTheRunAway(Scene scene) {
    takenAway(scene, item -> assertEquals(REMOVED, item.work().cancel()));
  }

  @Conformance
  @Rule("W8")
  void flushReturnsWhenCancelAndWaitTakesTheRunAway(Scene scene) {
    takenAway(scene, item -> item.work().cancelAndWait(Duration.ZERO));
  }

  @Conformance
  @Rule("W8")
  void flushReturnsWhenDisableTakesTheRunAway(Scene scene) {
    takenAway(scene, item -> assertEquals(REMOVED, item.work().disable()));
  }

  private interface Taking {
    void from(HeldWork item) throws InterruptedException;
  }

  /** The run waited for is taken away, from behind a run in progress and from behind another's. */
  private static void takenAway(Scene scene, Taking taking) {
    HeldWork running = HeldWork.running(queue(scene), "item");
    running.submit();
    takenAway(scene, taking, running);
    assertEquals(1, running.runs());
    running.letAllGo();
    WorkQueue ordered = ordered(scene);
    HeldWork blocker = HeldWork.running(ordered, "blocker");
    HeldWork waiting = new HeldWork(ordered, "item");
    waiting.submit();
    takenAway(scene, taking, waiting);
    blocker.letAllGo();
  }

  private static void takenAway(Scene scene, Taking taking, HeldWork item) {
    Async<Integer> flush = flushing(scene, item);
    Action take = () -> taking.from(item);
    scene
        .async(
            () -> {
              take.run();
              return "taken";
            })
        .result();
    assertEquals(0, flush.result(), "it returned while the run in progress went on");
  }

  /** The flush queued it, a reschedule delayed it again, so the close removes it. */
  @Conformance
  @Rule({"W8", "W24"})
  void flushReturnsWhenCloseTakesTheRunAway(Scene scene) {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    HeldWork item = new HeldWork(queue, "item");
    item.submit();
    Async<Integer> flush = flushing(scene, item);
    assertEquals(COALESCED, item.work().reschedule(FAR));
    item.work().close();
    assertEquals(0, flush.result());
    HeldWork other = new HeldWork(queue, "other");
    other.submit();
    Async<Integer> flushOther = flushing(scene, other);
    other.work().reschedule(FAR);
    Async<Void> close =
        scene.async(
            () -> {
              queue.close();
              return null;
            });
    assertEquals(0, flushOther.result());
    blocker.letAllGo();
    close.result();
  }

  @Conformance
  @Rule({"W8", "W5"})
  void flushWaitsOnWhenRescheduleMovesTheRun(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    HeldWork item = new HeldWork(queue, "item");
    item.letAllGo();
    item.submit();
    Async<Integer> flush = flushing(scene, item);
    assertEquals(COALESCED, item.work().reschedule(FAR));
    blocker.letAllGo();
    queue.flush();
    assertEquals(0, item.runs());
    Spin.assertStillWaiting(scene, flush); // the run it waits for is still to come
    assertEquals(COALESCED, item.work().reschedule(Duration.ZERO));
    assertEquals(1, flush.result());
  }

  @Conformance
  @Rule("W8")
  void flushOfAnIdleItemReturnsAtOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    Work item = queue.newWork("item", () -> {});
    item.flush();
    assertTrue(item.flush(Duration.ZERO));
    assertTrue(item.flush(Duration.ofNanos(-1)));
    item.submit();
    item.cancel();
    assertTrue(item.flush(Duration.ZERO));
    blocker.letAllGo();
  }

  @Conformance
  @Rule({"W8", "G3"})
  void whatARunDidIsVisibleToWhoeverFlushedIt(Scene scene) throws InterruptedException {
    long[] plain = new long[1];
    Work item = queue(scene).newWork("item", () -> plain[0]++);
    for (int i = 1; i <= scene.times(2_000); i++) {
      item.submit();
      item.flush();
      assertEquals(i, plain[0]);
    }
  }

  /** Whoever flushes sees a run that began after its last submission, with several flushing. */
  @Conformance
  @Rule({"W8", "G2"})
  void everyFlushUnderFireSeesItsOwnSubmissionServed(Scene scene) throws InterruptedException {
    AtomicLong clock = new AtomicLong();
    AtomicLong lastBegun = new AtomicLong();
    Work item =
        queue(scene).newWork("item", () -> lastBegun.accumulateAndGet(clock.get(), Math::max));
    Action flusher =
        () -> {
          for (int i = 0; i < scene.times(1_000); i++) {
            long mine = clock.incrementAndGet();
            if ((i & 1) == 0) {
              item.submit();
            } else {
              item.schedule(FAR);
            }
            item.flush();
            assertTrue(lastBegun.get() >= mine, "no run began after the submission");
          }
        };
    Thread one = scene.thread(flusher);
    Thread two = scene.thread(flusher);
    one.join();
    two.join();
  }
}
