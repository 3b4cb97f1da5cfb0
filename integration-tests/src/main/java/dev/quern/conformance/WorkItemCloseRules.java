// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static dev.quern.conformance.WorkCloseRules.assertClosed;
import static dev.quern.conformance.WorkCloseRules.closing;
import static dev.quern.conformance.WorkCloseRules.racesWithClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The end of one item: W24, with G4 and G11. */
public class WorkItemCloseRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkItemCloseRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  @Conformance
  @Rule("W24")
  void closingAnItemRemovesADelayedRun(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    item.schedule(FAR);
    assertEquals(List.of("item"), item.close(Scene.LIMIT));
    assertFalse(item.isPending());
    assertTrue(item.isClosed());
    assertClosed(item);
    assertEquals(List.of(), item.close(Duration.ZERO));
    assertEquals(0, runs.get());
    Work other = queue.newWork("item", runs::incrementAndGet);
    assertEquals(QUEUED, other.submit(), "the queue is open, the label free");
    other.flush();
  }

  @Conformance
  @Rule({"W24", "G11"})
  void closingAnItemRunsWhatIsQueuedAndThrowsToWhoeverSubmits(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork blocker = HeldWork.running(queue, "blocker");
    HeldWork item = new HeldWork(queue, "item");
    item.submit();
    List<Object> answers = new CopyOnWriteArrayList<>();
    // A sibling's body is outside the item that is closed; its own body is refused.
    blocker.atEnd(() -> answers.add(assertThrows(ClosedException.class, item::submit)));
    item.atEnd(() -> answers.add(item.submit()));
    Async<String> close = closing(scene, item.work());
    assertTrue(item.work().isClosed());
    assertFalse(queue.isClosed());
    assertClosed(item.work());
    blocker.letAllGo();
    item.awaitRun();
    Spin.assertStillWaiting(scene, close);
    item.letAllGo();
    close.result();
    assertEquals(1, item.ended());
    assertEquals(2, answers.size());
    assertEquals(REFUSED, answers.get(1));
  }

  @Conformance
  @Rule({"W24", "G4"})
  void closingAnItemWithALimitNamesItWhileItRuns(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    item.submit();
    assertEquals(List.of("item"), item.work().close(Duration.ofMillis(1)));
    assertClosed(item.work());
    item.letAllGo();
    item.work().close();
    assertEquals(2, item.ended());
    assertFalse(item.work().isBusy());
    assertEquals(List.of(), item.work().close(Duration.ZERO));
  }

  @Conformance
  @Rule({"W22", "W24", "W8"})
  void waitingForWhatIsClosedReturnsAtOnce(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    Work item = queue.newWork("item", () -> {});
    item.close();
    item.flush();
    assertEquals(IDLE, item.cancelAndWait());
    assertEquals(IDLE, item.cancel());
    queue.close();
    queue.flush();
    queue.drain();
  }

  /** The same for one item. */
  @Conformance
  @Rule({"G11", "W24"})
  void submissionsThatRaceWithTheItemsCloseAreServedOrThrow(Scene scene)
      throws InterruptedException {
    WorkQueue queue = queue(scene);
    for (int round = 0; round < scene.times(15); round++) {
      racesWithClose(scene, queue, null);
    }
  }
}
