// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;

/** Runs after a time: W4 and what rule W15 says of the timer thread. */
public class WorkTimerRules {
  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration TEN = Duration.ofSeconds(10);

  /** For JUnit. */
  public WorkTimerRules() {}

  /** A queue on a clock moved by hand, and an item that counts its runs. */
  private record Timed(Scene scene, WorkQueue queue, Work item, AtomicInteger runs) {
    static Timed on(Scene scene) {
      scene.probe().manualClock();
      WorkQueue queue = scene.quern().newWorkQueue("work");
      AtomicInteger runs = new AtomicInteger();
      return new Timed(scene, queue, queue.newWork("item", runs::incrementAndGet), runs);
    }

    void advance(Duration step) throws InterruptedException {
      scene.probe().advance(step);
      queue.flush();
    }

    void expectRunExactlyAfter(Duration delay) throws InterruptedException {
      int before = runs.get();
      advance(delay.minus(NANO));
      assertEquals(before, runs.get(), "a nanosecond before its time");
      assertTrue(item.isPending());
      advance(NANO);
      assertEquals(before + 1, runs.get(), "at its time");
    }
  }

  @Conformance
  @Rule({"W4", "G18"})
  void aDelayedRunComesAtItsTimeAndNotBefore(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    for (Duration delay :
        List.of(NANO, Duration.ofNanos(999_999), Duration.ofMillis(1), TEN, Duration.ofDays(400))) {
      assertEquals(QUEUED, timed.item.schedule(delay));
      timed.expectRunExactlyAfter(delay);
    }
  }

  @Conformance
  @Rule({"W4", "G18"})
  void scheduleAtIsADeadlineOnTheClocksScale(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    for (int i = 0; i < 3; i++) {
      assertEquals(QUEUED, timed.item.scheduleAt(scene.probe().nanoTime() + TEN.toNanos()));
      timed.expectRunExactlyAfter(TEN);
    }
  }

  @Conformance
  @Rule({"W4", "G18"})
  void aDeadlineInThePastIsSubmit(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    long now = scene.probe().nanoTime();
    long century = Duration.ofDays(36_500).toNanos();
    int runs = 0;
    for (long past : new long[] {now, now - 1, 0, -1, now - century}) {
      assertEquals(QUEUED, timed.item.scheduleAt(past));
      timed.item.flush();
      assertEquals(++runs, timed.runs.get());
      assertEquals(QUEUED, timed.item.rescheduleAt(past));
      timed.item.flush();
      assertEquals(++runs, timed.runs.get());
    }
  }

  @Conformance
  @Rule({"W4", "G18"})
  void aDelayOfNothingOrLessIsSubmit(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    int runs = 0;
    List<Duration> none =
        List.of(Duration.ZERO, NANO.negated(), TEN.negated(), Duration.ofSeconds(Long.MIN_VALUE));
    for (Duration delay : none) {
      assertEquals(QUEUED, timed.item.schedule(delay));
      timed.queue.flush();
      assertEquals(++runs, timed.runs.get(), "schedule(" + delay + ")");
      assertEquals(QUEUED, timed.item.reschedule(delay));
      timed.queue.flush();
      assertEquals(++runs, timed.runs.get(), "reschedule(" + delay + ")");
    }
  }

  @Conformance
  @Rule("G18")
  void aDelayAboveAHundredYearsCountsAsAHundredYears(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    for (Duration delay : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(80_000))) {
      assertEquals(QUEUED, timed.item.schedule(delay));
      timed.advance(Duration.ofDays(1));
      assertEquals(0, timed.runs.get());
      assertEquals(COALESCED, timed.item.reschedule(delay));
      timed.advance(Duration.ofDays(1));
      assertEquals(0, timed.runs.get());
      assertEquals(REMOVED, timed.item.cancel());
    }
    timed.item.schedule(Duration.ofSeconds(Long.MAX_VALUE));
    timed.advance(Duration.ofDays(36_400));
    assertEquals(0, timed.runs.get());
    timed.advance(Duration.ofDays(200));
    assertEquals(1, timed.runs.get());
  }

  @Conformance
  @Rule({"G1", "W4", "W5"})
  void aDelayThatIsNullIsNamedAndChangesNothing(Scene scene) {
    Work item = scene.quern().newWorkQueue("work").newWork("item", () -> {});
    refusesNull(() -> item.schedule(nothing()));
    refusesNull(() -> item.reschedule(nothing()));
    assertFalse(item.isPending());
    assertEquals(QUEUED, item.schedule(TEN));
    refusesNull(() -> item.schedule(nothing()));
    refusesNull(() -> item.reschedule(nothing()));
    assertEquals(REMOVED, item.cancel());
  }

  private static void refusesNull(Executable call) {
    NullPointerException thrown = assertThrows(NullPointerException.class, call);
    assertTrue(String.valueOf(thrown.getMessage()).contains("delay"), "names the parameter");
  }

  @SuppressWarnings("NullAway") // what the test is about
  private static Duration nothing() {
    return null;
  }

  /** The whole way, on the clock that a program sees. */
  @Conformance
  @Rule("W4")
  void noRunComesEarlyByTheRealClock(Scene scene) throws InterruptedException {
    WorkQueue queue = scene.quern().newWorkQueue("work");
    int count = scene.times(200);
    long[] due = new long[count];
    long[] begun = new long[count];
    CountDownLatch ran = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      int number = i;
      long delay = scene.random().nextInt(5_000_000);
      Work item =
          queue.newWork(
              "item-" + i,
              () -> {
                begun[number] = System.nanoTime();
                ran.countDown();
              });
      due[i] = System.nanoTime() + delay;
      if (scene.random().nextBoolean()) {
        item.schedule(Duration.ofNanos(delay));
      } else {
        item.scheduleAt(due[i]);
      }
    }
    scene.await(ran);
    for (int i = 0; i < count; i++) {
      long early = due[i] - begun[i];
      assertTrue(early <= 0, "item-" + i + " began " + early + " ns early");
    }
  }

  @Conformance
  @Rule("W4")
  void itemsComeDueInOrderOfTheirDeadlinesWhateverTheOrderOfScheduling(Scene scene)
      throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    List<Integer> ran = new CopyOnWriteArrayList<>();
    List<Integer> delays = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      delays.add(i);
    }
    Collections.shuffle(delays, scene.random());
    for (int delay : delays) {
      queue.newWork("item-" + delay, () -> ran.add(delay)).schedule(Duration.ofMillis(delay));
    }
    for (int i = 1; i <= 60; i++) {
      scene.probe().advance(Duration.ofMillis(1));
      queue.flush();
      assertEquals(i, ran.size(), "after " + i + " ms");
      assertEquals(i, ran.get(i - 1));
    }
  }

  /** Delays of all magnitudes, and a clock that moves by steps of all magnitudes. */
  @Conformance
  @Rule("W4")
  void everyTimerOfManyFiresWithTheStepThatReachesItsDeadline(Scene scene)
      throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    int count = 200;
    long[] due = new long[count];
    AtomicInteger[] runs = new AtomicInteger[count];
    Work[] items = new Work[count];
    for (int i = 0; i < count; i++) {
      runs[i] = new AtomicInteger();
      items[i] = queue.newWork("item-" + i, runs[i]::incrementAndGet);
      long delay = magnitude(scene);
      due[i] = scene.probe().nanoTime() + delay;
      items[i].schedule(Duration.ofNanos(delay));
    }
    for (int step = 0; step < scene.times(150); step++) {
      scene.probe().advance(Duration.ofNanos(magnitude(scene)));
      queue.flush();
      for (int i = 0; i < count; i++) {
        boolean reached = scene.probe().nanoTime() - due[i] >= 0;
        assertEquals(reached ? 1 : 0, runs[i].getAndSet(0), items[i].name());
        if (reached) {
          long delay = magnitude(scene);
          due[i] = scene.probe().nanoTime() + delay;
          assertEquals(QUEUED, items[i].schedule(Duration.ofNanos(delay)));
        }
      }
    }
    queue.close();
  }

  /** At least 1 ns, up to about a day, each power of two as likely as any other. */
  private static long magnitude(Scene scene) {
    long power = 1L << scene.random().nextInt(47);
    return power + (long) (scene.random().nextDouble() * power);
  }

  @Conformance
  @Rule("W4")
  void cancellingOneTimerLeavesTheOthers(Scene scene) throws InterruptedException {
    Timed timed = Timed.on(scene);
    AtomicInteger others = new AtomicInteger();
    Work other = timed.queue.newWork("other", others::incrementAndGet);
    timed.item.schedule(TEN);
    other.schedule(TEN);
    assertEquals(REMOVED, timed.item.cancel());
    assertEquals(QUEUED, timed.item.schedule(TEN.plus(TEN)), "a later one, after the cancelled");
    timed.advance(TEN);
    assertEquals(1, others.get());
    assertEquals(0, timed.runs.get(), "the cancelled timer fired the new one");
    timed.advance(TEN);
    assertEquals(1, timed.runs.get());
    timed.advance(TEN);
    assertEquals(1, timed.runs.get());
    assertEquals(1, others.get());
  }

  @Conformance
  @Rule({"W4", "W3"})
  void anItemThatComesDueWhileItRunsRunsOnceMoreAfterwards(Scene scene)
      throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
    HeldWork item = HeldWork.running(queue, "item");
    assertEquals(QUEUED, item.work().schedule(TEN));
    scene.probe().advance(TEN);
    assertEquals(COALESCED, item.submit());
    assertEquals(1, item.runs());
    item.letAllGo();
    queue.flush();
    assertEquals(2, item.runs());
  }

  /** Bodies that never return would keep a timer thread that ran them from firing anything else. */
  @Conformance
  @Rule("W15")
  void bodiesThatHangHoldUpNoOtherQueuesTimers(Scene scene) {
    WorkQueue hanging = scene.quern().newWorkQueue(WorkQueueSpec.named("hanging").maxActive(2));
    WorkQueue other = scene.quern().newWorkQueue("other");
    HeldWork one = new HeldWork(hanging, "one");
    HeldWork two = new HeldWork(hanging, "two");
    one.work().schedule(Duration.ofMillis(1));
    two.work().schedule(Duration.ofMillis(1));
    one.awaitRun();
    two.awaitRun();
    HeldWork third = new HeldWork(other, "third");
    assertEquals(QUEUED, third.work().schedule(Duration.ofMillis(1)));
    third.awaitRun();
    assertNotSame(one.threads().get(0), two.threads().get(0));
    assertNotSame(one.threads().get(0), third.threads().get(0));
    List.of(one, two, third).forEach(HeldWork::letAllGo);
  }

  /** A failure handler that hangs is user code too. */
  @Conformance
  @Rule({"W15", "G16"})
  void aFailureHandlerThatHangsHoldsUpNoTimer(Scene scene) {
    CountDownLatch inHandler = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    OpenOptions options =
        OpenOptions.NONE.onFailure(
            failure -> {
              inHandler.countDown();
              scene.await(leave);
            });
    WorkQueue queue = scene.open(options).newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
    Work bad =
        queue.newWork(
            "bad",
            () -> {
              throw new IllegalStateException("thrown by the test");
            });
    bad.schedule(Duration.ofMillis(1));
    scene.await(inHandler);
    HeldWork good = new HeldWork(queue, "good");
    Submission answer = good.work().schedule(Duration.ofMillis(1));
    assertEquals(QUEUED, answer);
    good.awaitRun();
    good.letAllGo();
    leave.countDown();
  }

  /** The thread factory is user code: firing must not be the thread that calls it. */
  @Conformance
  @Rule({"W15", "G13"})
  void aThreadFactoryThatHangsHoldsUpNoTimer(Scene scene) throws InterruptedException {
    CountDownLatch inFactory = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicBoolean hang = new AtomicBoolean();
    OpenOptions options =
        OpenOptions.NONE.threadFactory(
            body -> {
              if (hang.compareAndSet(true, false)) {
                inFactory.countDown();
                scene.await(leave);
              }
              return new Thread(body);
            });
    Quern quern = scene.open(options);
    HeldWork warm = HeldWork.running(quern.newWorkQueue("warm"), "warm");
    Work cold = quern.newWorkQueue("cold").newWork("cold", () -> {});
    // The timer thread itself is there, and the warm queue has a worker.
    assertEquals(QUEUED, warm.work().schedule(Duration.ofMillis(1)));
    warm.letGo();
    warm.awaitRun();
    warm.letGo();
    warm.work().flush();
    hang.set(true);
    cold.schedule(Duration.ofMillis(1));
    scene.await(inFactory);
    assertEquals(QUEUED, warm.work().schedule(Duration.ofMillis(1)));
    warm.awaitRun();
    warm.letAllGo();
    leave.countDown();
    cold.flush();
  }
}
