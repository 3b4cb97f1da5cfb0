// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Moving a deadline: W5. */
public class WorkRescheduleRules {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TEN = Duration.ofSeconds(10);

  /** For JUnit. */
  public WorkRescheduleRules() {}

  private static WorkQueue ordered(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
  }

  @Conformance
  @Rule("W5")
  void rescheduleMovesADeadlineBothWays(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    assertEquals(QUEUED, item.reschedule(TEN));
    assertEquals(COALESCED, item.reschedule(SECOND));
    scene.probe().advance(SECOND);
    queue.flush();
    assertEquals(1, runs.get(), "earlier");
    assertEquals(QUEUED, item.rescheduleAt(scene.probe().nanoTime() + SECOND.toNanos()));
    assertEquals(COALESCED, item.rescheduleAt(scene.probe().nanoTime() + TEN.toNanos()));
    scene.probe().advance(TEN.minusNanos(1));
    queue.flush();
    assertEquals(1, runs.get(), "the old deadline fired");
    scene.probe().advance(Duration.ofNanos(1));
    queue.flush();
    assertEquals(2, runs.get(), "later");
    scene.probe().advance(TEN);
    queue.flush();
    assertEquals(2, runs.get(), "each deadline that was moved left a run behind");
  }

  @Conformance
  @Rule("W5")
  void aRunIsPutOffAsLongAsItIsRescheduled(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    for (int i = 0; i < 50; i++) {
      assertEquals(i == 0 ? QUEUED : COALESCED, item.reschedule(TEN));
      scene.probe().advance(TEN.minusNanos(1));
      queue.flush();
    }
    assertEquals(0, runs.get());
    scene.probe().advance(Duration.ofNanos(1));
    queue.flush();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule({"W5", "W12"})
  void rescheduleOfAQueuedItemLosesItsPlace(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work first = queue.newWork("first", () -> ran.add("first"));
    Work second = queue.newWork("second", () -> ran.add("second"));
    first.submit();
    second.submit();
    assertEquals(COALESCED, first.reschedule(SECOND));
    scene.probe().advance(SECOND);
    blocker.letAllGo();
    queue.flush();
    assertEquals(List.of("second", "first"), ran);
  }

  @Conformance
  @Rule("W5")
  void aQueuedItemThatIsRescheduledWaitsForItsNewDeadline(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.submit();
    assertEquals(COALESCED, item.reschedule(TEN));
    assertTrue(item.isPending());
    blocker.letAllGo();
    queue.flush();
    assertEquals(0, runs.get());
    scene.probe().advance(TEN);
    queue.flush();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule({"W5", "W12"})
  void rescheduleToNowKeepsAQueuedItemsPlace(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work first = queue.newWork("first", () -> ran.add("first"));
    Work second = queue.newWork("second", () -> ran.add("second"));
    first.submit();
    second.submit();
    assertEquals(COALESCED, first.reschedule(Duration.ZERO));
    assertEquals(COALESCED, first.reschedule(Duration.ofNanos(-1)));
    blocker.letAllGo();
    queue.flush();
    assertEquals(List.of("first", "second"), ran);
  }

  @Conformance
  @Rule({"W5", "W12"})
  void rescheduleToNowQueuesADelayedItemBehindWhatIsQueued(Scene scene)
      throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    HeldWork blocker = HeldWork.running(queue, "blocker");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work first = queue.newWork("first", () -> ran.add("first"));
    Work second = queue.newWork("second", () -> ran.add("second"));
    Work third = queue.newWork("third", () -> ran.add("third"));
    second.schedule(TEN);
    first.submit();
    assertEquals(COALESCED, second.reschedule(Duration.ZERO));
    third.submit();
    blocker.letAllGo();
    queue.flush();
    assertEquals(List.of("first", "second", "third"), ran);
    scene.probe().advance(TEN);
    queue.flush();
    assertEquals(3, ran.size(), "the deadline it had is gone");
  }

  @Conformance
  @Rule({"W5", "W3"})
  void rescheduleDuringARunDelaysTheNextRunOnly(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    HeldWork item = HeldWork.running(queue, "item");
    assertEquals(QUEUED, item.submit());
    assertEquals(COALESCED, item.work().reschedule(TEN));
    item.letAllGo();
    queue.flush();
    assertEquals(1, item.runs(), "its second run was delayed");
    assertTrue(item.work().isPending());
    scene.probe().advance(TEN);
    queue.flush();
    assertEquals(2, item.runs());
    assertFalse(item.work().isBusy());
  }

  @Conformance
  @Rule("W5")
  void aCancelledDeadlineDoesNotComeBackWithReschedule(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = ordered(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.reschedule(SECOND);
    assertEquals(REMOVED, item.cancel());
    assertEquals(QUEUED, item.reschedule(TEN));
    scene.probe().advance(SECOND);
    queue.flush();
    assertEquals(0, runs.get());
    scene.probe().advance(TEN);
    queue.flush();
    assertEquals(1, runs.get());
  }

  /**
   * The second deadline is set at about the time when the first one fires. COALESCED: one run, no
   * earlier than the new deadline. QUEUED: the first run had begun, and a second one follows.
   */
  @Conformance
  @Rule({"W5", "W4"})
  void rescheduleAgainstFiringIsOneStep(Scene scene) {
    WorkQueue queue = ordered(scene);
    List<Long> begun = new CopyOnWriteArrayList<>();
    Work item = queue.newWork("item", () -> begun.add(System.nanoTime()));
    int coalesced = 0;
    for (int i = 0; i < scene.times(60); i++) {
      begun.clear();
      long first = System.nanoTime() + 200_000;
      assertEquals(QUEUED, item.scheduleAt(first));
      long moment = first - 60_000 + scene.random().nextInt(180_000);
      Spin.until("the moment", () -> System.nanoTime() - moment >= 0);
      long second = System.nanoTime() + 300_000;
      Submission answer = item.reschedule(Duration.ofNanos(300_000));
      Spin.until("all has run", () -> !item.isBusy());
      assertEquals(answer == QUEUED ? 2 : 1, begun.size(), "runs after " + answer);
      coalesced += answer == COALESCED ? 1 : 0;
      assertTrue(begun.get(0) - first >= 0, "the first run was early");
      assertTrue(begun.get(begun.size() - 1) - second >= 0, "the last run was early");
    }
    assertTrue(coalesced > 0, "no deadline was moved in time, nothing was tried");
  }
}
