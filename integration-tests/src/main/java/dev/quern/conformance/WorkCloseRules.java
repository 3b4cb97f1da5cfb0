// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Primitive;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/** The end of a work queue: W22, with G4, G11 and G19. */
public class WorkCloseRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkCloseRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  /** A close that has begun to wait. */
  static Async<String> closing(Scene scene, Primitive primitive) {
    Async<String> close =
        scene.async(
            () -> {
              primitive.close();
              return Thread.interrupted() ? "interrupted" : "closed";
            });
    return close.awaitWaiting();
  }

  /** No submission of any form gets through. */
  static void assertClosed(Work item) {
    List<Executable> submissions =
        List.of(
            item::submit,
            () -> item.schedule(FAR),
            () -> item.schedule(Duration.ZERO),
            () -> item.scheduleAt(System.nanoTime()),
            () -> item.reschedule(FAR),
            () -> item.rescheduleAt(System.nanoTime()));
    for (Executable submission : submissions) {
      ClosedException closed = assertThrows(ClosedException.class, submission);
      assertTrue(closed.getMessage().contains("work"), closed.getMessage());
    }
  }

  @Conformance
  @Rule({"W22", "G11"})
  void closeRunsWhatIsQueuedRemovesWhatIsDelayedAndEndsTheWorkers(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork queued = new HeldWork(queue, "queued");
    HeldWork delayed = new HeldWork(queue, "delayed");
    queued.submit();
    delayed.work().schedule(FAR);
    assertFalse(queue.isClosed());
    Async<String> close = closing(scene, queue);
    assertTrue(queue.isClosed());
    assertClosed(running.work());
    assertClosed(queued.work());
    assertClosed(delayed.work());
    assertFalse(delayed.work().isPending());
    running.letGo();
    queued.awaitRun();
    Spin.assertStillWaiting(scene, close);
    queued.letGo();
    close.result();
    assertEquals(1, queued.ended());
    assertEquals(0, delayed.runs());
    Thread worker = running.threads().get(0);
    scene.eventually("its worker has ended", () -> !worker.isAlive());
    assertClosed(queued.work());
    assertEquals(IDLE, queued.work().cancel());
  }

  @Conformance
  @Rule({"W22", "G11"})
  void closeRunsTheSecondRunOfAnItemThatWasQueuedWhileItRan(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork item = HeldWork.running(queue, "item");
    assertEquals(QUEUED, item.submit());
    Async<String> close = closing(scene, queue);
    item.letAllGo();
    close.result();
    assertEquals(2, item.ended());
  }

  @Conformance
  @Rule("W22")
  void duringCloseItsOwnRunningItemsAreRefusedAndOthersGetTheException(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Work other = queue.newWork("other", () -> {});
    List<Object> own = new CopyOnWriteArrayList<>();
    running.atEnd(
        () -> {
          own.add(running.submit());
          own.add(running.work().schedule(FAR));
          own.add(running.work().reschedule(FAR));
          own.add(other.submit());
        });
    HeldWork foreign = HeldWork.running(scene.quern().newWorkQueue("foreign"), "foreign");
    List<Object> thrown = new CopyOnWriteArrayList<>();
    foreign.atEnd(() -> thrown.add(assertThrows(ClosedException.class, other::submit)));
    Async<String> close = closing(scene, queue);
    foreign.letGo();
    scene.eventually("the other queue's item was answered", () -> thrown.size() == 1);
    running.letGo();
    close.result();
    assertEquals(List.of(REFUSED, REFUSED, REFUSED, REFUSED), own);
    assertEquals(1, running.runs());
  }

  @Conformance
  @Rule({"W22", "G4"})
  void closeWithALimitNamesWhatItRemoved(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    queue.newWork("one", () -> {}).schedule(FAR);
    queue.newWork("two", () -> {}).schedule(FAR);
    queue.newWork("idle", () -> {});
    Work done = queue.newWork("done", () -> {});
    done.submit();
    List<String> names = queue.close(Scene.LIMIT);
    assertEquals(Set.of("one", "two"), Set.copyOf(names));
    assertEquals(2, names.size());
  }

  @Conformance
  @Rule({"W22", "G4"})
  void closeWithALimitIsEmptyWhenAllIsDone(Scene scene) throws InterruptedException {
    WorkQueue queue = queue(scene);
    Work item = queue.newWork("item", () -> {});
    item.submit();
    assertEquals(List.of(), queue.close(Scene.LIMIT));
    assertEquals(List.of(), queue.close(Duration.ZERO), "again: all is done");
    queue.close();
  }

  @Conformance
  @Rule({"W22", "G4"})
  void closeWithALimitNamesWhatStillRunsAndGoesOnWithoutItsCaller(Scene scene)
      throws InterruptedException {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork queued = new HeldWork(queue, "queued");
    queued.submit();
    queue.newWork("delayed", () -> {}).schedule(FAR);
    List<String> names = queue.close(Duration.ofMillis(1));
    assertTrue(names.containsAll(List.of("running", "queued")), () -> "named " + names);
    scene.eventually( // its removal may come after the limit: then nobody is there to be told
        "the delayed one is named or logged",
        () -> names.contains("delayed") || isLogged(scene, "delayed"));
    assertClosed(queued.work());
    assertFalse(running.threads().get(0).isInterrupted());
    running.letAllGo();
    queued.awaitRun();
    queued.letAllGo();
    assertEquals(List.of(), queue.close(Scene.LIMIT));
    assertEquals(1, queued.ended());
  }

  private static boolean isLogged(Scene scene, String item) {
    return scene.logged().stream().anyMatch(line -> line.getMessage().contains("[" + item + "]"));
  }

  @Conformance
  @Rule("W22")
  void closeLogsWhatItRemoved(Scene scene) {
    WorkQueue queue = queue(scene);
    queue.newWork("forgotten-item", () -> {}).schedule(FAR);
    queue.close();
    assertTrue(
        scene.logged().stream().anyMatch(line -> line.getMessage().contains("forgotten-item")),
        "logged: " + scene.logged().stream().map(LogRecord::getMessage).toList());
  }

  @Conformance
  @Rule({"G19", "W22"})
  void aCloseThatFindsAnotherInProgressWaitsForIt(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Async<String> first = closing(scene, queue);
    Async<String> second = closing(scene, queue);
    running.letGo();
    first.result();
    second.result();
    assertEquals(1, running.ended());
  }

  @Conformance
  @Rule({"G4", "W22", "W24"})
  void closeIsNotInterruptibleAndKeepsTheFlag(Scene scene) {
    WorkQueue queue = queue(scene);
    for (boolean whole : new boolean[] {false, true}) {
      HeldWork running = HeldWork.running(queue, "running");
      Async<String> close = closing(scene, whole ? queue : running.work());
      close.interrupt();
      Spin.assertStillWaiting(scene, close);
      running.letGo();
      assertEquals("interrupted", close.result());
      assertEquals(1, running.ended());
    }
  }

  @Conformance
  @Rule({"G4", "W22"})
  void closeWithALimitThatIsInterruptedStaysInEffect(Scene scene) {
    WorkQueue queue = queue(scene);
    HeldWork running = HeldWork.running(queue, "running");
    Async<List<String>> close = scene.async(() -> queue.close(FAR));
    close.awaitWaiting();
    close.interrupt();
    assertInstanceOf(InterruptedException.class, close.thrown());
    assertTrue(queue.isClosed());
    assertClosed(running.work());
    running.letGo();
    queue.close();
  }

  @Conformance
  @Rule({"G14", "W22"})
  void theNameOfAClosedQueueIsFreeAgain(Scene scene) {
    WorkQueue queue = queue(scene);
    MisuseException misuse = assertThrows(MisuseException.class, () -> queue(scene));
    assertTrue(misuse.getMessage().contains("work"), misuse.getMessage());
    queue.close();
    assertEquals(QUEUED, queue(scene).newWork("item", () -> {}).submit());
  }

  /** A submission that races with close is served or throws: never both, never neither. */
  @Conformance
  @Rule({"G11", "W22"})
  void submissionsThatRaceWithCloseAreServedOrThrow(Scene scene) throws InterruptedException {
    for (int round = 0; round < scene.times(15); round++) {
      WorkQueue queue =
          scene.quern().newWorkQueue(WorkQueueSpec.named("race-" + round).maxActive(2));
      racesWithClose(scene, queue, queue);
    }
  }

  static void racesWithClose(Scene scene, WorkQueue queue, @Nullable Primitive toClose)
      throws InterruptedException {
    AtomicLong runs = new AtomicLong();
    AtomicLong queued = new AtomicLong();
    Work item = queue.newWork("item", runs::incrementAndGet);
    CountDownLatch warm = new CountDownLatch(2);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      threads.add(
          scene.thread(
              () -> {
                for (int i = 0; ; i++) {
                  try {
                    if (item.submit() == QUEUED) {
                      queued.incrementAndGet();
                    }
                  } catch (ClosedException e) {
                    warm.countDown();
                    return;
                  }
                  if (i == 10) {
                    warm.countDown();
                  }
                }
              }));
    }
    scene.await(warm);
    (toClose == null ? item : toClose).close();
    long atClose = runs.get();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(queued.get(), atClose, "runs when close returned, for QUEUED answers");
    assertEquals(atClose, runs.get(), "a run after close");
  }
}
