// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.Failure;
import dev.quern.Kind;
import dev.quern.SystemQueue;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A work queue as a ScheduledExecutorService (W19), on a clock moved by hand where time matters.
 */
public class ScheduledViewRules {
  private static final TimeUnit S = TimeUnit.SECONDS;

  /** For JUnit. */
  public ScheduledViewRules() {}

  /** A view of a queue that runs two items at once, with the seconds since it was made. */
  private record Stage(Scene scene, WorkQueue queue, ScheduledExecutorService view, long origin) {
    static Stage byHand(Scene scene) {
      scene.probe().manualClock();
      return on(scene);
    }

    static Stage on(Scene scene) {
      WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
      long origin = scene.probe().nanoTime();
      return new Stage(scene, queue, queue.asScheduledExecutorService(), origin);
    }

    long now() {
      return TimeUnit.NANOSECONDS.toSeconds(scene.probe().nanoTime() - origin);
    }

    void advance(int seconds) throws InterruptedException {
      for (int i = 0; i < seconds; i++) {
        scene.probe().advance(Duration.ofSeconds(1));
        queue.flush();
      }
    }

    void assertTerminates() {
      assertTrue(scene.async(() -> view.awaitTermination(20, S)).result());
      assertTrue(view.isTerminated());
      assertTrue(view.isShutdown());
      assertFalse(queue.isClosed());
    }
  }

  @Conformance
  @Rule({"W19", "W4"})
  void aTaskRunsOnceAfterItsDelay(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    List<Long> ran = new CopyOnWriteArrayList<>();
    ScheduledFuture<?> action = stage.view.schedule(() -> ran.add(stage.now()), 5, S);
    ScheduledFuture<String> call = stage.view.schedule(() -> "five", 5, S);
    assertEquals(5, action.getDelay(S));
    stage.advance(4);
    assertFalse(action.isDone());
    assertEquals(1, action.getDelay(S));
    assertEquals(1000, call.getDelay(TimeUnit.MILLISECONDS));
    stage.advance(10);
    assertEquals(List.of(5L), ran);
    assertTrue(action.isDone());
    assertEquals("five", call.get());
    assertEquals(-9, action.getDelay(S));
  }

  @Conformance
  @Rule({"W19", "G18"})
  void noDelayAndLessRunsAtOnceAndAnEternalOneNot(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    assertEquals(1, stage.view.schedule(() -> 1, 0, S).get());
    assertEquals(2, stage.view.schedule(() -> 2, -1, S).get());
    assertEquals(3, stage.view.schedule(() -> 3, Long.MIN_VALUE, TimeUnit.DAYS).get());
    ScheduledFuture<?> never = stage.view.schedule(() -> 4, Long.MAX_VALUE, TimeUnit.DAYS);
    ScheduledFuture<?> rate =
        stage.view.scheduleAtFixedRate(() -> {}, Long.MAX_VALUE, Long.MAX_VALUE, S);
    stage.advance(3);
    assertTrue(never.getDelay(TimeUnit.DAYS) > 36_000);
    ScheduledFuture<?> sooner = stage.view.schedule(() -> 5, 1, S);
    assertTrue(never.compareTo(sooner) > 0);
    assertTrue(sooner.compareTo(never) < 0);
    assertTrue(never.cancel(false) && rate.cancel(false));
    stage.advance(1);
  }

  @Conformance
  @Rule("W19")
  void aFixedRateKeepsToItsTimesAndCatchesUp(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    List<Long> ran = new CopyOnWriteArrayList<>();
    ScheduledFuture<?> series = stage.view.scheduleAtFixedRate(() -> ran.add(stage.now()), 2, 3, S);
    stage.advance(9);
    assertEquals(List.of(2L, 5L, 8L), ran);
    scene.probe().advance(Duration.ofSeconds(9)); // 18: those of 11, 14 and 17 are late
    scene.eventually(() -> ran.size() == 6);
    stage.queue.flush();
    assertEquals(List.of(2L, 5L, 8L, 18L, 18L, 18L), ran);
    assertEquals(2, series.getDelay(S));
    stage.advance(2);
    assertEquals(7, ran.size());
    assertTrue(series.cancel(false));
    stage.advance(10);
    assertEquals(7, ran.size());
    assertThrows(CancellationException.class, series::get);
  }

  @Conformance
  @Rule("W19")
  void aFixedDelayCountsFromTheEndOfTheRun(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    List<Long> ran = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    stage.view.scheduleWithFixedDelay(
        () -> {
          ran.add(stage.now());
          if (ran.size() == 2) {
            gate.passUninterruptibly();
          }
        },
        1,
        2,
        S);
    stage.advance(2);
    scene.probe().advance(Duration.ofSeconds(1)); // 3
    gate.awaitReached();
    scene.probe().advance(Duration.ofSeconds(4)); // 7, when the second run ends
    gate.open();
    stage.queue.flush();
    stage.advance(1);
    assertEquals(List.of(1L, 3L), ran);
    stage.advance(1);
    assertEquals(List.of(1L, 3L, 9L), ran);
    stage.view.shutdownNow();
  }

  @Conformance
  @Rule({"W19", "W3"})
  void theRunsOfASeriesNeverOverlap(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    stage.view.scheduleAtFixedRate(
        () -> {
          assertEquals(1, inside.incrementAndGet());
          runs.incrementAndGet();
          Thread.yield();
          inside.decrementAndGet();
        },
        1,
        1,
        S);
    scene.probe().advance(Duration.ofSeconds(scene.times(200)));
    scene.eventually(() -> runs.get() == scene.times(200));
    stage.view.shutdown();
    stage.assertTerminates();
  }

  @Conformance
  @Rule({"W19", "G5"})
  void aSeriesEndsWithAFailureThatIsReported(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    List<Failure> failures = scene.failures();
    RuntimeException thrown = new IllegalStateException("meant");
    AtomicInteger runs = new AtomicInteger();
    Runnable third =
        () -> {
          if (runs.incrementAndGet() == 3) {
            throw thrown;
          }
        };
    ScheduledFuture<?> rate = stage.view.scheduleAtFixedRate(third, 1, 1, S);
    stage.advance(5);
    assertEquals(3, runs.get());
    assertTrue(rate.isDone());
    assertSame(thrown, assertThrows(ExecutionException.class, rate::get).getCause());
    assertEquals(1, failures.size());
    Failure failure = failures.get(0);
    assertSame(thrown, failure.cause());
    assertEquals(Kind.WORK_QUEUE, failure.kind());
    assertEquals("work", failure.primitive());
    assertEquals(third.getClass().getName().split("/")[0], failure.item().orElseThrow());
    stage.view.shutdown();
    stage.assertTerminates();
  }

  @Conformance
  @Rule({"W19", "G5"})
  void whatExecuteRunsReportsAndWhatHasAFutureDoesNot(Scene scene) throws Exception {
    Stage stage = Stage.on(scene);
    List<Failure> failures = scene.failures();
    Error thrown = new AssertionError("meant");
    Runnable thrower =
        () -> {
          throw thrown;
        };
    stage.view.execute(thrower);
    Future<?> submitted = stage.view.submit(thrower);
    Future<?> scheduled = stage.view.schedule(thrower, 1, TimeUnit.NANOSECONDS);
    assertSame(thrown, assertThrows(ExecutionException.class, submitted::get).getCause());
    assertSame(thrown, assertThrows(ExecutionException.class, scheduled::get).getCause());
    stage.queue.flush();
    assertEquals(List.of(thrown), failures.stream().map(Failure::cause).toList());
  }

  @Conformance
  @Rule({"G9", "W19"})
  void aCancelledTaskIsLetGoOfAtOnce(Scene scene) {
    Stage stage = Stage.on(scene);
    List<WeakReference<?>> cancelled = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      cancelled.add(cancelOne(stage.view, i));
    }
    assertEquals(0, pending(scene));
    cancelled.forEach(each -> scene.eventuallyCollected("a cancelled task", each));
    stage.view.shutdown();
    stage.assertTerminates();
  }

  private static long pending(Scene scene) {
    return scene.quern().inspect().family(Kind.WORK_QUEUE, "work").orElseThrow().pending();
  }

  private static WeakReference<Object> cancelOne(ScheduledExecutorService view, int i) {
    Object payload = new Object();
    ScheduledFuture<?> future =
        i % 2 == 0
            ? view.schedule(payload::hashCode, 1, TimeUnit.HOURS)
            : view.scheduleAtFixedRate(payload::hashCode, 1, 1, TimeUnit.HOURS);
    assertTrue(future.cancel(false));
    assertFalse(future.cancel(false));
    return new WeakReference<>(payload);
  }

  @Conformance
  @Rule("W19")
  void cancelInterruptsTheRunInProgressAndEndsTheSeries(Scene scene) throws Exception {
    Stage stage = Stage.on(scene);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    ScheduledFuture<?> series =
        stage.view.scheduleAtFixedRate(
            () -> {
              runs.incrementAndGet();
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            },
            0,
            1,
            TimeUnit.NANOSECONDS);
    scene.await(begun);
    assertTrue(series.cancel(true));
    scene.await(interrupted);
    stage.view.shutdown();
    stage.assertTerminates();
    assertEquals(1, runs.get());
    assertFalse(stage.queue.newWork("next", () -> {}).isPending());
  }

  @Conformance
  @Rule("W19")
  void afterShutdownDelayedTasksStillRunAndPeriodicOnesAreCancelled(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    AtomicInteger runs = new AtomicInteger();
    ScheduledFuture<Integer> delayed = stage.view.schedule(runs::incrementAndGet, 5, S);
    ScheduledFuture<?> rate = stage.view.scheduleAtFixedRate(runs::incrementAndGet, 1, 1, S);
    ScheduledFuture<?> delay = stage.view.scheduleWithFixedDelay(runs::incrementAndGet, 1, 1, S);
    stage.view.shutdown();
    assertTrue(rate.isCancelled() && delay.isCancelled());
    assertFalse(stage.view.isTerminated());
    assertThrows(RejectedExecutionException.class, () -> stage.view.schedule(() -> 1, 1, S));
    stage.advance(5);
    assertEquals(1, delayed.get());
    stage.assertTerminates();
    ScheduledExecutorService other = stage.queue.asScheduledExecutorService();
    assertEquals("on", other.submit(() -> "on").get());
  }

  @Conformance
  @Rule("W19")
  void aSeriesWhoseRunGoesOnWhenTheViewIsShutEndsWithThatRun(Scene scene) throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      WorkQueue queue = scene.quern().newWorkQueue("queue-" + now);
      ScheduledExecutorService view = queue.asScheduledExecutorService();
      Gate gate = new Gate();
      ScheduledFuture<?> series =
          view.scheduleWithFixedDelay(gate::passUninterruptibly, 0, 1, TimeUnit.NANOSECONDS);
      gate.awaitReached();
      if (now) {
        assertEquals(List.of(), view.shutdownNow());
      } else {
        view.shutdown();
      }
      assertFalse(view.isTerminated());
      gate.open();
      assertTrue(view.awaitTermination(20, S));
      assertTrue(series.isCancelled());
    }
  }

  @Conformance
  @Rule("W19")
  void shutdownNowReturnsTheFuturesOfWhatHadNotBegun(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    Gate gate = new Gate();
    CountDownLatch interrupted = new CountDownLatch(1);
    stage.view.execute(
        () -> {
          try {
            gate.pass();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    gate.awaitReached();
    AtomicInteger runs = new AtomicInteger();
    ScheduledFuture<?> delayed = stage.view.schedule(runs::incrementAndGet, 1, S);
    ScheduledFuture<?> rate = stage.view.scheduleAtFixedRate(runs::incrementAndGet, 1, 1, S);
    Work others = stage.queue.newWork("others", runs::incrementAndGet);
    others.schedule(Duration.ofSeconds(1));
    assertEquals(List.of(delayed, rate), stage.view.shutdownNow());
    scene.await(interrupted);
    stage.assertTerminates();
    stage.advance(3);
    assertEquals(1, runs.get(), "the item that is not the view's");
    assertFalse(delayed.isDone());
    ((Runnable) delayed).run(); // whoever got it may run it
    assertEquals(2, delayed.get());
    assertTrue(rate.cancel(false));
  }

  @Conformance
  @Rule({"W22", "W19", "G11"})
  void aClosedQueueRejectsWithItsReasonAndCancelsWhatItRemoved(Scene scene) throws Exception {
    Stage stage = Stage.on(scene);
    ScheduledFuture<?> delayed = stage.view.schedule(() -> 1, 1, TimeUnit.HOURS);
    ScheduledFuture<?> rate = stage.view.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.HOURS);
    Async<?> waiting = scene.async(delayed::get).awaitWaiting();
    stage.queue.close();
    assertInstanceOf(CancellationException.class, waiting.thrown());
    assertTrue(rate.isCancelled());
    assertTrue(stage.view.isTerminated());
    RejectedExecutionException rejected =
        assertThrows(RejectedExecutionException.class, () -> stage.view.execute(() -> {}));
    assertInstanceOf(ClosedException.class, rejected.getCause());
    assertTrue(rejected.getMessage().contains("work"), rejected.getMessage());
    assertThrows(ClosedException.class, stage.queue::asScheduledExecutorService);
  }

  @Conformance
  @Rule({"W19", "W10"})
  void aQueueThatIsDrainedRejectsAndItsSeriesGoesOn(Scene scene) throws Exception {
    Stage stage = Stage.byHand(scene);
    Gate gate = new Gate();
    List<Long> ran = new CopyOnWriteArrayList<>();
    stage.view.scheduleAtFixedRate(() -> ran.add(stage.now()), 1, 1, S);
    stage.queue.newWork("blocker", gate::passUninterruptibly).submit();
    gate.awaitReached();
    Async<?> drain =
        scene
            .async(
                () -> {
                  stage.queue.drain();
                  return true;
                })
            .awaitWaiting();
    assertThrows(RejectedExecutionException.class, () -> stage.view.execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> stage.view.schedule(() -> 1, 1, S));
    scene.probe().advance(Duration.ofSeconds(1));
    scene.eventually(() -> ran.size() == 1);
    gate.open();
    drain.result();
    stage.advance(1);
    assertEquals(List.of(1L, 2L), ran);
    assertEquals("on", stage.view.submit(() -> "on").get());
    stage.view.shutdown();
    stage.assertTerminates();
  }

  @Conformance
  @Rule({"W19", "W12"})
  void anOrderedQueueGivesItsOrderToTheTasks(Scene scene) {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
    ScheduledExecutorService view = queue.asScheduledExecutorService();
    List<Integer> ran = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < scene.times(500); i++) {
      int number = i;
      expected.add(i);
      if (i % 3 == 0) {
        queue.newWork("item", () -> ran.add(number)).submit();
      } else {
        view.execute(() -> ran.add(number));
      }
    }
    view.shutdown();
    assertTrue(scene.async(() -> view.awaitTermination(20, S)).result());
    scene.eventually(
        () ->
            scene
                .quern()
                .inspect()
                .family(Kind.WORK_QUEUE, "ordered")
                .orElseThrow()
                .running()
                .isEmpty());
    assertEquals(expected, ran);
  }

  @Conformance
  @Rule({"W19", "W11", "G13"})
  void aTaskIsTheCurrentWorkAndHasItsOwnLoader(Scene scene) throws Exception {
    Stage stage = Stage.on(scene);
    assertTrue(stage.view.submit(() -> scene.quern().currentWork().isPresent()).get());
    assertSame(
        ScheduledViewRules.class.getClassLoader(),
        stage.view.submit(() -> Thread.currentThread().getContextClassLoader()).get());
  }

  @Conformance
  @Rule({"W19", "W13"})
  void aSystemQueueHasAViewToo(Scene scene) throws Exception {
    ScheduledExecutorService view =
        scene.quern().systemQueue(SystemQueue.DEFAULT).asScheduledExecutorService();
    assertEquals("ran", view.schedule(() -> "ran", 1, TimeUnit.MILLISECONDS).get());
    view.shutdown();
    assertTrue(view.awaitTermination(20, S));
    assertFalse(scene.quern().systemQueue(SystemQueue.DEFAULT).isClosed());
  }

  @Conformance
  @Rule("W19")
  void tasksAreComparedByTheirTimeThenByTheirOrder(Scene scene) {
    Stage stage = Stage.byHand(scene);
    ScheduledFuture<?> first = stage.view.schedule(() -> 1, 1, S);
    ScheduledFuture<?> second = stage.view.schedule(() -> 1, 1, S);
    ScheduledFuture<?> last = stage.view.schedule(() -> 1, 2, S);
    assertEquals(0, first.compareTo(first));
    assertTrue(first.compareTo(second) < 0 && second.compareTo(first) > 0);
    assertTrue(second.compareTo(last) < 0 && last.compareTo(second) > 0);
    ScheduledExecutorService other = stage.queue.asScheduledExecutorService();
    assertTrue(last.compareTo(other.schedule(() -> 1, 1, S)) > 0);
    assertEquals(3, stage.view.shutdownNow().size());
    assertEquals(1, other.shutdownNow().size());
  }

  @Conformance
  @Rule({"W19", "G1"})
  void argumentsOutOfRangeAreRefused(Scene scene) {
    ScheduledExecutorService view = Stage.on(scene).view;
    Runnable task = () -> {};
    for (long period : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThrows(
          IllegalArgumentException.class, () -> view.scheduleAtFixedRate(task, 1, period, S));
      assertThrows(
          IllegalArgumentException.class, () -> view.scheduleWithFixedDelay(task, 1, period, S));
    }
    assertThrows(NullPointerException.class, () -> view.execute(Scene.nothing()));
    assertThrows(NullPointerException.class, () -> view.schedule(Scene.<Runnable>nothing(), 1, S));
    assertThrows(NullPointerException.class, () -> view.schedule(task, 1, Scene.nothing()));
    assertThrows(
        NullPointerException.class, () -> view.scheduleAtFixedRate(task, 1, 1, Scene.nothing()));
    assertThrows(
        NullPointerException.class, () -> view.scheduleWithFixedDelay(Scene.nothing(), 1, 1, S));
    assertEquals(List.of(), view.shutdownNow());
  }

  @Conformance
  @Rule("W19")
  void aSeriesThatRacesWithItsCancelAndWithShutdownEnds(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
    for (int round = 0; round < scene.times(100); round++) {
      ScheduledExecutorService view = queue.asScheduledExecutorService();
      CountDownLatch some = new CountDownLatch(1 + round % 5);
      ScheduledFuture<?> series =
          view.scheduleAtFixedRate(some::countDown, 0, 1, TimeUnit.NANOSECONDS);
      scene.await(some);
      switch (round % 3) {
        case 0 -> assertTrue(series.cancel(false));
        case 1 -> view.shutdown();
        default -> view.shutdownNow().forEach(left -> assertSame(series, left));
      }
      view.shutdown();
      assertTrue(view.awaitTermination(20, S));
    }
    queue.flush();
    assertEquals(0, pending(scene));
  }
}
