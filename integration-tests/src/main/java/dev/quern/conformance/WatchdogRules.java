// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.COALESCED;
import static dev.quern.conformance.Stalls.LIMIT;
import static dev.quern.conformance.Stalls.MOST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Stall;
import dev.quern.Stall.Phase;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;

/** What runs or waits for too long is reported (W18). */
public class WatchdogRules {
  /** For JUnit. */
  public WatchdogRules() {}

  private static WorkQueueSpec runs(String name) {
    return WorkQueueSpec.named(name).runLimit(LIMIT);
  }

  private static WorkQueueSpec waits(String name) {
    return WorkQueueSpec.ordered(name).waitLimit(LIMIT);
  }

  @Conformance
  @Rule("W18")
  void aRunLongerThanItsLimitIsReportedOnceWithItsStack(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(runs("work"));
    HeldWork held = HeldWork.running(queue, "held");
    stalls.advance(MOST);
    assertEquals(List.of(), stalls.afterALook(), "before its limit");
    stalls.advance(MOST);
    List<Stall> reported = stalls.afterALook();
    assertEquals(1, reported.size(), () -> "reported " + reported);
    Stall stall = reported.get(0);
    assertEquals(Kind.WORK_QUEUE, stall.kind());
    assertEquals("work", stall.primitive());
    assertEquals(Optional.of("held"), stall.item());
    assertEquals(Phase.RUNNING, stall.phase());
    assertTrue(stall.elapsed().compareTo(LIMIT) >= 0, () -> "after " + stall.elapsed());
    assertTrue(stall.elapsed().compareTo(LIMIT.multipliedBy(2)) < 0, () -> "" + stall.elapsed());
    assertTrue(
        stall.stack().stream().anyMatch(f -> f.getClassName().equals(HeldWork.class.getName())),
        () -> "the worker is not seen in the body: " + stall.stack());
    stalls.advance(LIMIT);
    assertEquals(1, stalls.afterALook().size(), "once a run");
    held.letGo();
    queue.flush();
    held.submit();
    held.awaitRun();
    stalls.advance(MOST);
    assertEquals(1, stalls.afterALook().size(), "the next run begins anew");
    stalls.advance(MOST);
    assertEquals(2, stalls.afterALook().size(), "once each run");
    held.letAllGo();
  }

  @Conformance
  @Rule("W18")
  void runsBeforeTheirLimitAreNotTakenForOne(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(runs("work").maxActive(1));
    HeldWork held = new HeldWork(queue, "held");
    for (int i = 0; i < 4; i++) {
      held.submit();
      held.awaitRun();
      stalls.advance(MOST);
      assertEquals(List.of(), stalls.afterALook());
      held.letGo();
      queue.flush();
    }
  }

  /** No run and no wait outlasts a round, and no round takes as long as the limit. */
  @Conformance
  @Rule("W18")
  void underFireNothingShortIsReported(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(runs("work").waitLimit(LIMIT).maxActive(3));
    List<Work> items = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      items.add(queue.newWork("item-" + i, () -> {}));
    }
    for (int i = 0; i < scene.times(500); i++) {
      items.forEach(Work::submit);
      stalls.advance(MOST);
      items.forEach(Work::submit);
      queue.flush();
    }
    assertEquals(List.of(), stalls.afterALook());
  }

  @Conformance
  @Rule("W18")
  void anItemThatStandsInLineForTooLongIsReportedOnce(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(waits("work"));
    HeldWork held = HeldWork.running(queue, "held");
    HeldWork next = new HeldWork(queue, "next");
    next.submit();
    stalls.advance(MOST);
    assertEquals(COALESCED, next.submit(), "it waits on");
    assertEquals(List.of(), stalls.afterALook(), "before its limit");
    stalls.advance(MOST);
    List<Stall> reported = stalls.afterALook();
    assertEquals(1, reported.size(), () -> "reported " + reported);
    Stall stall = reported.get(0);
    assertEquals(Optional.of("next"), stall.item());
    assertEquals(Phase.WAITING, stall.phase());
    assertEquals(List.of(), stall.stack());
    assertTrue(stall.elapsed().compareTo(LIMIT) >= 0, () -> "after " + stall.elapsed());
    stalls.advance(LIMIT);
    assertEquals(1, stalls.afterALook().size(), "once a wait");
    held.letGo();
    next.awaitRun();
    next.submit();
    next.letGo();
    next.awaitRun();
    stalls.advance(LIMIT);
    assertEquals(1, stalls.afterALook().size(), "it runs, and waits for nothing");
    held.submit();
    stalls.advance(LIMIT);
    assertEquals(2, stalls.afterALook().size(), "the next wait");
    next.letAllGo();
    held.letAllGo();
  }

  @Conformance
  @Rule({"W18", "W12"})
  void anItemQueuedAgainWaitsWhenItsRunHasEnded(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(WorkQueueSpec.named("work").maxActive(2).waitLimit(LIMIT));
    HeldWork held = HeldWork.running(queue, "held");
    HeldWork again = HeldWork.running(queue, "again");
    HeldWork next = new HeldWork(queue, "next");
    next.submit();
    stalls.advance(MOST);
    again.submit();
    again.letGo();
    next.awaitRun();
    assertEquals(List.of(), stalls.afterALook(), "it has waited for nothing yet");
    stalls.advance(MOST);
    assertEquals(List.of(), stalls.afterALook(), "before its limit");
    stalls.advance(MOST);
    List<Stall> reported = stalls.afterALook();
    assertEquals(1, reported.size(), () -> "reported " + reported);
    assertEquals(Optional.of("again"), reported.get(0).item());
    List.of(held, again, next).forEach(HeldWork::letAllGo);
  }

  @Conformance
  @Rule("W18")
  void whatIsTakenAwayWaitsNoLonger(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(waits("work"));
    HeldWork held = HeldWork.running(queue, "held");
    Work next = queue.newWork("next", () -> {});
    for (int i = 0; i < 3; i++) {
      next.submit();
      stalls.advance(MOST);
      assertEquals(List.of(), stalls.afterALook());
      next.cancel();
    }
    held.letAllGo();
  }

  @Conformance
  @Rule("W18")
  void aDelayedItemWaitsSinceItIsDue(Scene scene) throws Exception {
    Stalls stalls = Stalls.on(scene);
    WorkQueue queue = stalls.queue(waits("work"));
    HeldWork held = HeldWork.running(queue, "held");
    Work delayed = queue.newWork("delayed", () -> {});
    delayed.schedule(LIMIT.multipliedBy(4));
    stalls.advance(LIMIT.multipliedBy(4).plus(MOST));
    assertEquals(List.of(), stalls.afterALook(), "due for less than the limit");
    stalls.advance(MOST);
    assertEquals(1, stalls.afterALook().size());
    assertTrue(stalls.afterALook().get(0).elapsed().compareTo(LIMIT.multipliedBy(2)) < 0);
    held.letAllGo();
  }

  @Conformance
  @Rule("W18")
  void limitsCanBeConfigured(Scene scene) {
    scene.probe().manualClock();
    List<Stall> stalls = new CopyOnWriteArrayList<>();
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set("quern.work-queue.work.run-limit", "20ms")
                .set("quern.work-queue.*.wait-limit", "20ms")
                .onFailure(handler(stalls::add)));
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.ordered("work"));
    HeldWork held = HeldWork.running(queue, "held");
    Work next = queue.newWork("next", () -> {});
    next.submit();
    scene.probe().advance(LIMIT);
    scene.eventually("a run and a wait are reported", () -> stalls.size() == 2);
    held.letAllGo();
  }

  @Conformance
  @Rule({"W18", "G16"})
  void whileTheHandlerIsBusyAllElseGoesOn(Scene scene) throws Exception {
    scene.probe().manualClock();
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                handler(
                    stall -> {
                      told.countDown();
                      leave.await();
                    })));
    WorkQueue queue = quern.newWorkQueue(runs("work"));
    HeldWork held = HeldWork.running(queue, "held");
    scene.probe().advance(LIMIT);
    scene.await(told);
    AtomicInteger runs = new AtomicInteger();
    Work other = queue.newWork("other", runs::incrementAndGet);
    other.schedule(LIMIT);
    scene.probe().advance(LIMIT);
    other.flush();
    assertEquals(1, runs.get(), "timers and workers are not the watchdog's");
    held.letAllGo();
    assertEquals(List.of(), queue.close(Scene.LIMIT));
    leave.countDown();
  }

  @Conformance
  @Rule({"W18", "G16"})
  void aHandlerThatThrowsHearsOfTheNextStallToo(Scene scene) throws Exception {
    scene.probe().manualClock();
    AtomicInteger told = new AtomicInteger();
    IllegalStateException thrown = new IllegalStateException("thrown by the test's handler");
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                handler(
                    stall -> {
                      told.incrementAndGet();
                      throw thrown;
                    })));
    WorkQueue queue = quern.newWorkQueue(runs("work").maxActive(2));
    HeldWork one = HeldWork.running(queue, "one");
    scene.probe().advance(LIMIT);
    scene.eventually("the first is told", () -> told.get() == 1);
    HeldWork two = HeldWork.running(queue, "two");
    scene.probe().advance(LIMIT);
    scene.eventually("the second is told", () -> told.get() == 2);
    assertTrue(scene.logged().stream().anyMatch(record -> record.getThrown() == thrown));
    one.letAllGo();
    two.letAllGo();
  }

  @Conformance
  @Rule("W18")
  void theDefaultHandlerLogsAtWarning(Scene scene) {
    scene.probe().manualClock();
    Quern quern = scene.openWithDefaultHandler(OpenOptions.NONE);
    WorkQueue queue = quern.newWorkQueue(runs("work"));
    HeldWork held = HeldWork.running(queue, "held");
    scene.probe().advance(LIMIT);
    scene.eventually(
        "a line in the log",
        () ->
            scene.logged().stream()
                .anyMatch(
                    record ->
                        record.getLevel() == Level.WARNING
                            && record.getMessage().contains("work queue \"work\", \"held\"")
                            && record.getMessage().contains(HeldWork.class.getName())));
    held.letAllGo();
  }

  @Conformance
  @Rule({"W18", "D16"})
  void withoutAThreadForTheWatchdogCreationThrowsAndLeavesNothing(Scene scene) throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    AtomicBoolean fails = new AtomicBoolean();
    OutOfMemoryError thrown = new OutOfMemoryError("no thread, says the test");
    Quern quern =
        scene.open(
            OpenOptions.NONE.threadFactory(
                body -> {
                  if (fails.getAndSet(false)) {
                    throw thrown;
                  }
                  Thread thread = new Thread(body);
                  threads.add(thread);
                  return thread;
                }));
    quern.newWorkQueue("without-limits").newWork("item", () -> {}).flush();
    assertFalse(
        threads.stream().anyMatch(thread -> thread.getName().equals("quern.watchdog")),
        "no limit, no watchdog");
    fails.set(true);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> quern.newWorkQueue(runs("work")));
    assertSame(thrown, refused.getCause());
    assertTrue(refused.getMessage().contains("work"), refused.getMessage());
    AtomicInteger runs = new AtomicInteger();
    Work item = quern.newWorkQueue(runs("work")).newWork("item", runs::incrementAndGet);
    item.submit();
    item.flush();
    assertEquals(1, runs.get());
    quern.newWorkQueue(waits("other"));
    assertEquals(
        1,
        threads.stream().filter(thread -> thread.getName().equals("quern.watchdog")).count(),
        "one watchdog a runtime");
  }

  @Conformance
  @Rule({"W18", "G1"})
  void limitsArePositive(Scene scene) {
    assertTrue(scene.quern().inspect().families().isEmpty());
    WorkQueueSpec spec = WorkQueueSpec.named("work");
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
      assertThrows(IllegalArgumentException.class, () -> spec.runLimit(wrong));
      assertThrows(IllegalArgumentException.class, () -> spec.waitLimit(wrong));
    }
    assertThrows(NullPointerException.class, () -> spec.runLimit(Scene.nothing()));
    assertThrows(NullPointerException.class, () -> spec.waitLimit(Scene.nothing()));
    assertEquals(Optional.empty(), spec.runLimit());
    assertEquals(Optional.of(LIMIT), spec.runLimit(LIMIT).runLimit());
    assertEquals(Optional.of(LIMIT), spec.waitLimit(LIMIT).waitLimit());
  }

  private interface Told {
    void tell(Stall stall) throws InterruptedException;
  }

  private static FailureHandler handler(Told told) {
    return new FailureHandler() {
      @Override
      public void failed(Failure failure) {
        throw new AssertionError("reported " + failure);
      }

      @Override
      public void stalled(Stall stall) {
        try {
          told.tell(stall);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
