// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Cancellation.RUNNING;
import static dev.quern.Cancellation.TIMED_OUT;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.MisuseException;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Disabling, dropping and the item's own view of its cancelling: W16, W20, W21 and G9, G15. */
public class WorkLifeRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkLifeRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  @Conformance
  @Rule("W16")
  void disableNestsToAnyDepth(Scene scene) throws InterruptedException {
    Work item = queue(scene).newWork("item", () -> {});
    int depth = 1_000;
    for (int i = 0; i < depth; i++) {
      assertEquals(IDLE, item.disable());
    }
    for (int i = 0; i < depth; i++) {
      assertEquals(REFUSED, item.submit(), "enabled " + i + " of " + depth + " times");
      item.enable();
    }
    assertEquals(QUEUED, item.submit());
    item.flush();
    MisuseException misuse = assertThrows(MisuseException.class, item::enable);
    assertTrue(misuse.getMessage().contains("work"), "names the queue: " + misuse.getMessage());
    assertTrue(misuse.getMessage().contains("item"), "names the item: " + misuse.getMessage());
    assertEquals(QUEUED, item.submit(), "misuse changed nothing");
  }

  @Conformance
  @Rule("W16")
  void enableBringsNothingBack(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    AtomicInteger runs = new AtomicInteger();
    WorkQueue queue = queue(scene);
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.schedule(Duration.ofSeconds(1));
    assertEquals(REMOVED, item.disable());
    assertEquals(REFUSED, item.submit());
    item.enable();
    assertFalse(item.isPending());
    scene.probe().advance(Duration.ofSeconds(2));
    queue.flush();
    assertEquals(0, runs.get());
    assertEquals(QUEUED, item.submit());
    item.flush();
    assertEquals(1, runs.get());
  }

  @Conformance
  @Rule("W16")
  void everyFormOfSubmissionIsRefusedWhileDisabled(Scene scene) {
    Work item = queue(scene).newWork("item", () -> {});
    item.disable();
    assertEquals(REFUSED, item.submit());
    assertEquals(REFUSED, item.schedule(FAR));
    assertEquals(REFUSED, item.schedule(Duration.ZERO));
    assertEquals(REFUSED, item.scheduleAt(System.nanoTime()));
    assertEquals(REFUSED, item.reschedule(FAR));
    assertEquals(REFUSED, item.rescheduleAt(System.nanoTime()));
    assertFalse(item.isBusy());
  }

  @Conformance
  @Rule("W16")
  void disableAndWaitWaitsForTheRunInProgress(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    Async<Cancellation> disabling = scene.async(() -> item.work().disableAndWait());
    disabling.awaitWaiting();
    assertEquals(REFUSED, item.submit());
    item.letGo();
    assertEquals(RUNNING, disabling.result());
    assertEquals(1, item.ended());
    assertEquals(REFUSED, item.submit(), "it stays disabled");
    item.work().enable();
    item.letAllGo();
    assertEquals(QUEUED, item.submit());
  }

  @Conformance
  @Rule("W16")
  void disableAndWaitTakesAwayTheRunThatIsQueuedBehindTheOneInProgress(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    item.submit();
    Async<Cancellation> disabling = scene.async(() -> item.work().disableAndWait());
    disabling.awaitWaiting();
    item.letAllGo();
    assertEquals(REMOVED, disabling.result());
    assertEquals(1, item.runs());
    assertFalse(item.work().isBusy());
  }

  @Conformance
  @Rule({"W16", "G4"})
  void disableAndWaitThatGivesUpLeavesTheItemDisabled(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    assertEquals(TIMED_OUT, item.work().disableAndWait(Duration.ofMillis(1)));
    Async<Cancellation> interrupted = scene.async(() -> item.work().disableAndWait());
    interrupted.awaitWaiting();
    interrupted.interrupt();
    assertInstanceOf(InterruptedException.class, interrupted.thrown());
    item.letAllGo();
    item.work().flush();
    assertEquals(REFUSED, item.submit());
    item.work().enable();
    assertEquals(REFUSED, item.submit(), "two requests were made, one was taken back");
    item.work().enable();
    assertEquals(QUEUED, item.submit());
  }

  @Conformance
  @Rule("W16")
  void enableAfterCloseDoesNothing(Scene scene) {
    WorkQueue queue = queue(scene);
    Work closedItem = queue.newWork("closed", () -> {});
    closedItem.disable();
    closedItem.close();
    closedItem.enable();
    closedItem.enable();
    Work item = queue.newWork("item", () -> {});
    item.disable();
    queue.close();
    item.enable();
    item.enable();
  }

  @Conformance
  @Rule({"W20", "G15"})
  void anItemMayDropItsLastReferenceInItsOwnBody(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicReference<Work> only = new AtomicReference<>();
    AtomicInteger runs = new AtomicInteger();
    WeakReference<Work> dropped = dropping(queue, only, runs);
    queue.flush();
    assertEquals(1, runs.get());
    assertNull(only.get());
    scene.eventuallyCollected("the item", dropped);
  }

  private static WeakReference<Work> dropping(
      WorkQueue queue, AtomicReference<Work> only, AtomicInteger runs) {
    Work item =
        queue.newWork(
            "item",
            () -> {
              only.set(null);
              System.gc();
              runs.incrementAndGet();
            });
    only.set(item);
    item.submit();
    return new WeakReference<>(item);
  }

  @Conformance
  @Rule({"W20", "G15"})
  void anItemThatNobodyHoldsIsKeptWhileItIsPending(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = queue(scene);
    AtomicInteger runs = new AtomicInteger();
    WeakReference<Work> dropped = delayed(queue, runs);
    System.gc();
    scene.probe().advance(Duration.ofSeconds(2));
    queue.flush();
    assertEquals(1, runs.get());
    scene.eventuallyCollected("the item", dropped);
  }

  @Conformance
  @Rule({"G9", "W6"})
  void aCancelledTimerLetsGoOfItsItem(Scene scene) {
    WorkQueue queue = queue(scene);
    WeakReference<Work> dropped = cancelled(queue);
    scene.eventuallyCollected("the item", dropped);
    assertFalse(queue.isClosed());
  }

  private static WeakReference<Work> delayed(WorkQueue queue, AtomicInteger runs) {
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.schedule(Duration.ofSeconds(1));
    return new WeakReference<>(item);
  }

  private static WeakReference<Work> cancelled(WorkQueue queue) {
    Work item = queue.newWork("item", () -> {});
    item.schedule(FAR);
    assertEquals(REMOVED, item.cancel());
    return new WeakReference<>(item);
  }

  @Conformance
  @Rule("W21")
  void isCancellingFromCancelAndWaitUntilThatRunsEnd(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    AtomicInteger seen = new AtomicInteger();
    item.atEnd(() -> seen.addAndGet(item.work().isCancelling() ? 1 : 100));
    assertFalse(item.work().isCancelling());
    Async<Cancellation> cancelling = scene.async(() -> item.work().cancelAndWait());
    cancelling.awaitWaiting();
    assertTrue(item.work().isCancelling());
    item.letGo();
    cancelling.result();
    assertEquals(1, seen.get(), "the body was told");
    assertFalse(item.work().isCancelling());
    item.submit();
    item.awaitRun();
    assertFalse(item.work().isCancelling(), "the next run is not being cancelled");
    item.letAllGo();
  }

  @Conformance
  @Rule("W21")
  void isCancellingFromDisableAndWaitUntilThatRunsEnd(Scene scene) throws InterruptedException {
    HeldWork item = HeldWork.running(queue(scene), "item");
    assertEquals(TIMED_OUT, item.work().disableAndWait(Duration.ZERO));
    assertTrue(item.work().isCancelling());
    item.work().enable();
    assertTrue(item.work().isCancelling(), "enable does not call the waiters off");
    item.letAllGo();
    item.work().flush();
    assertFalse(item.work().isCancelling());
  }

  @Conformance
  @Rule("W21")
  void isCancellingWhenTheItemOrItsQueueIsBeingClosed(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork one = HeldWork.running(queue, "one");
    HeldWork two = HeldWork.running(queue, "two");
    one.work().close(Duration.ZERO);
    assertTrue(one.work().isCancelling());
    assertFalse(two.work().isCancelling(), "only the one item is being closed");
    queue.close(Duration.ZERO);
    assertTrue(two.work().isCancelling());
    one.letAllGo();
    two.letAllGo();
    queue.close();
    assertFalse(one.work().isCancelling());
    assertFalse(two.work().isCancelling());
  }

  @Conformance
  @Rule({"W21", "W6"})
  void cancelAloneDoesNotAskTheRunToLeave(Scene scene) {
    HeldWork item = HeldWork.running(queue(scene), "item");
    assertEquals(RUNNING, item.work().cancel());
    assertFalse(item.work().isCancelling());
    assertEquals(QUEUED, item.submit(), "and refuses nothing");
    item.letAllGo();
  }
}
