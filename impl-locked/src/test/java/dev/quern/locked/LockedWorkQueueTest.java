// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Work;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LockedWorkQueueTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final WorkHost host = new WorkHost();
  private final LockedWorkQueue queue = host.queue("maintenance", 3);
  private final List<Gate> gates = new CopyOnWriteArrayList<>();

  /** A body that says that it has begun, and ends when it is let. */
  private final class Gate implements Body<Work> {
    final Semaphore begun = new Semaphore(0);
    final Semaphore mayEnd = new Semaphore(0);
    final AtomicInteger runs = new AtomicInteger();

    Gate() {
      gates.add(this);
    }

    @Override
    public void run(Work self) {
      runs.incrementAndGet();
      begun.release();
      mayEnd.acquireUninterruptibly();
    }

    void awaitBegun() {
      begun.acquireUninterruptibly();
    }

    void end() {
      mayEnd.release();
    }
  }

  @AfterEach
  void everythingEnds() {
    gates.forEach(gate -> gate.mayEnd.release(1_000_000));
    queue.close();
    assertEquals(1, host.ended.stream().filter(ended -> ended == queue).count());
    Patience.await(() -> host.threads.stream().noneMatch(Thread::isAlive));
  }

  private Work running(Gate gate) {
    return running(queue, gate);
  }

  private static Work running(LockedWorkQueue queue, Gate gate) {
    Work work = queue.newWork("held", gate);
    assertEquals(Submission.QUEUED, work.submit());
    gate.awaitBegun();
    return work;
  }

  @Test
  void queuedWhileRunningRunsOnceMoreAndNeverBesideItself() {
    Gate gate = new Gate();
    Work work = running(gate);
    assertEquals(Submission.QUEUED, work.submit());
    assertEquals(Submission.COALESCED, work.submit());
    assertTrue(work.isPending());
    assertFalse(gate.begun.tryAcquire());
    gate.end();
    gate.awaitBegun();
    assertFalse(work.isPending());
    assertTrue(work.isBusy());
    gate.end();
    Patience.await(() -> !work.isBusy());
    assertEquals(2, gate.runs.get());
  }

  @Test
  void aDelayIsNeverShortAndADelayedItemKeepsItsDeadline() {
    Gate gate = new Gate();
    Work work = queue.newWork("late", gate);
    assertEquals(Submission.QUEUED, work.schedule(Duration.ofMillis(10)));
    assertEquals(Submission.COALESCED, work.schedule(Duration.ofMillis(1)));
    assertEquals(Submission.COALESCED, work.submit());
    host.advance(Duration.ofMillis(10).minusNanos(1));
    assertEquals(0, queue.counts().running().size());
    assertTrue(work.isPending());
    host.advance(Duration.ofNanos(1));
    gate.awaitBegun();
    gate.end();
  }

  @Test
  void rescheduleMovesAnItemFromTheLineToTheWheelAndBack() throws Exception {
    Gate first = new Gate();
    LockedWorkQueue one = host.queue("one", 1);
    running(one, first);
    Gate gate = new Gate();
    Work work = one.newWork("moved", gate);
    assertEquals(Submission.QUEUED, work.submit());
    assertEquals(Submission.COALESCED, work.reschedule(HOUR));
    first.end();
    one.flush();
    assertTrue(work.isPending());
    assertEquals(0, gate.runs.get());
    assertEquals(Submission.COALESCED, work.reschedule(Duration.ZERO));
    gate.awaitBegun();
    gate.end();
    one.close();
  }

  @Test
  void scheduleAtThePastIsNowAndTheFarFutureIsACentury() {
    Gate gate = new Gate();
    Work work = queue.newWork("at", gate);
    assertEquals(Submission.QUEUED, work.scheduleAt(host.clock.get() - 1));
    gate.awaitBegun();
    gate.end();
    Patience.await(() -> !work.isBusy());
    work.scheduleAt(host.clock.get() + Long.MAX_VALUE);
    host.advance(Delays.CENTURY.minusNanos(1));
    assertTrue(work.isPending());
    host.advance(Duration.ofNanos(1));
    gate.awaitBegun();
    gate.end();
  }

  @Test
  void cancelAnswersWhatItFound() {
    Gate gate = new Gate();
    Work work = queue.newWork("c", gate);
    assertEquals(Cancellation.IDLE, work.cancel());
    work.schedule(HOUR);
    assertEquals(Cancellation.REMOVED, work.cancel());
    work.submit();
    gate.awaitBegun();
    assertEquals(Cancellation.RUNNING, work.cancel());
    assertFalse(work.isCancelling());
    work.submit();
    assertEquals(Cancellation.REMOVED, work.cancel());
    assertTrue(work.isBusy());
    gate.end();
  }

  @Test
  void cancelAndWaitRefusesUntilTheRunHasEndedAndNotLonger() throws Exception {
    Gate gate = new Gate();
    Work work = running(gate);
    work.submit();
    AtomicReference<Cancellation> answer = new AtomicReference<>();
    Patience.Running waiter = Patience.start(() -> answer.set(work.cancelAndWait()));
    Patience.await(work::isCancelling);
    assertFalse(work.isPending());
    assertEquals(Submission.REFUSED, work.submit());
    assertEquals(Submission.REFUSED, work.reschedule(HOUR));
    assertEquals(Cancellation.TIMED_OUT, work.cancelAndWait(Duration.ZERO));
    assertEquals(Cancellation.TIMED_OUT, work.cancelAndWait(Duration.ofNanos(-1)));
    gate.end();
    waiter.join();
    assertEquals(Cancellation.REMOVED, answer.get());
    assertEquals(Submission.QUEUED, work.submit());
    gate.awaitBegun();
    assertFalse(work.isCancelling());
    gate.end();
  }

  @Test
  void aRequestStaysInEffectWhenItsWaiterIsInterrupted() throws Exception {
    Gate gate = new Gate();
    Work work = running(gate);
    Patience.Running waiter =
        Patience.start(() -> assertThrows(InterruptedException.class, work::cancelAndWait));
    Patience.awaitBlocked(waiter.thread());
    waiter.thread().interrupt();
    waiter.join();
    assertTrue(work.isCancelling());
    assertEquals(Submission.REFUSED, work.submit());
    gate.end();
    Patience.await(() -> !work.isBusy());
    assertEquals(Submission.QUEUED, work.schedule(HOUR));
  }

  @Test
  void flushWaitsForTheRunBeforeItAndNotForLaterOnes() throws Exception {
    Gate gate = new Gate();
    Work work = running(gate);
    Patience.Running early = Patience.start(work::flush);
    Patience.awaitBlocked(early.thread());
    work.submit();
    Patience.Running late = Patience.start(work::flush);
    Patience.awaitBlocked(late.thread());
    gate.end();
    early.join();
    gate.awaitBegun();
    assertTrue(late.thread().isAlive());
    gate.end();
    late.join();
    work.flush();
  }

  @Test
  void flushHurriesAndTheHurryStays() throws Exception {
    Gate gate = new Gate();
    Work work = queue.newWork("f", gate);
    work.schedule(HOUR);
    assertFalse(work.flush(Duration.ZERO));
    gate.awaitBegun();
    gate.end();
    assertTrue(work.flush(Duration.ofSeconds(10)));
  }

  @Test
  void flushEndsWhenItsRunIsTakenAwayAndWaitsOnWhenItIsMoved() throws Exception {
    Gate gate = new Gate();
    Work work = running(gate);
    work.submit();
    Patience.Running waiter = Patience.start(work::flush);
    Patience.awaitBlocked(waiter.thread());
    work.reschedule(HOUR);
    assertFalse(queue.flush(Duration.ZERO));
    assertTrue(waiter.thread().isAlive());
    work.cancel();
    waiter.join();
    assertTrue(work.isBusy());
  }

  @Test
  void anOrderedQueueKeepsTheOrderInWhichItemsBecameQueuedAlsoWhileRunning() throws Exception {
    LockedWorkQueue ordered = host.ordered("ordered");
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Gate gate = new Gate();
    Body<Work> first =
        self -> {
          order.add("a");
          if (gate.runs.get() == 0) {
            gate.run(self);
          }
        };
    Work a = ordered.newWork("a", first);
    Work b = ordered.newWork("b", () -> order.add("b"));
    Work c = ordered.newWork("c", () -> order.add("c"));
    a.submit();
    gate.awaitBegun();
    b.submit();
    a.submit();
    c.submit();
    gate.end();
    ordered.flush();
    assertEquals(List.of("a", "b", "a", "c"), order);
    ordered.close();
  }

  @Test
  void anItemQueuedWhileItRunsHoldsUpNobody() throws Exception {
    LockedWorkQueue two = host.queue("two", 2);
    Gate gate = new Gate();
    Work held = running(two, gate);
    held.submit();
    CountDownLatch ran = new CountDownLatch(1);
    two.newWork("other", ran::countDown).submit();
    Patience.await(ran);
    gate.end();
    gate.end();
    two.close();
  }

  @Test
  void maxActiveBoundsWhatRunsAtOnce() {
    Gate gate = new Gate();
    for (int i = 0; i < 5; i++) {
      queue.newWork("w" + i, gate).submit();
    }
    gate.begun.acquireUninterruptibly(3);
    assertFalse(gate.begun.tryAcquire());
    assertEquals(3, queue.counts().running().size());
    assertEquals(2, queue.counts().pending());
    gate.end();
    gate.awaitBegun();
  }

  @Test
  void drainRefusesUntilOneInstantHasNothingQueuedOrRunning() throws Exception {
    Work other = queue.newWork("other", () -> {});
    List<Submission> answers = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    Work work =
        queue.newWork(
            "w",
            self -> {
              gate.run(self);
              if (gate.runs.get() == 1) {
                answers.add(self.submit());
                answers.add(other.submit());
              }
            });
    Work due = queue.newWork("due", () -> answers.add(Submission.COALESCED));
    due.schedule(Duration.ofMillis(1));
    Work later = queue.newWork("later", () -> {});
    later.schedule(HOUR);
    work.submit();
    gate.awaitBegun();
    Patience.Running drain = Patience.start(queue::drain);
    Patience.awaitBlocked(drain.thread());
    Patience.Running second = Patience.start(queue::drain);
    Patience.awaitBlocked(second.thread());
    assertFalse(queue.drain(Duration.ZERO));
    assertEquals(Submission.REFUSED, other.submit());
    assertEquals(Submission.REFUSED, later.reschedule(Duration.ZERO));
    host.advance(Duration.ofMillis(1));
    Patience.await(() -> answers.contains(Submission.COALESCED));
    gate.end();
    gate.awaitBegun();
    assertTrue(drain.thread().isAlive());
    gate.end();
    drain.join();
    second.join();
    assertEquals(2, Collections.frequency(answers, Submission.QUEUED));
    assertTrue(later.isPending());
    assertEquals(Submission.QUEUED, other.submit());
  }

  @Test
  void aDrainGivenUpIsWithdrawn() throws Exception {
    Gate gate = new Gate();
    running(gate);
    assertFalse(queue.drain(Duration.ofMillis(1)));
    assertEquals(Submission.QUEUED, queue.newWork("x", () -> {}).submit());
  }

  @Test
  void disableNestsAndBringsNothingBack() throws Exception {
    Gate gate = new Gate();
    Work work = queue.newWork("d", gate);
    assertThrows(MisuseException.class, work::enable);
    work.schedule(HOUR);
    assertEquals(Cancellation.REMOVED, work.disable());
    assertEquals(Cancellation.IDLE, work.disableAndWait());
    assertEquals(Submission.REFUSED, work.submit());
    work.enable();
    assertEquals(Submission.REFUSED, work.submit());
    work.enable();
    assertFalse(work.isPending());
    assertEquals(Submission.QUEUED, work.schedule(HOUR));
    work.disable();
    work.close();
    work.enable();
    work.enable();
  }

  @Test
  void waitingForOneselfIsMisuse() throws Exception {
    LockedWorkQueue ordered = host.ordered("o");
    Work sibling = ordered.newWork("sibling", () -> {});
    Work free = queue.newWork("free", () -> {});
    CountDownLatch done = new CountDownLatch(2);
    Body<Work> body =
        self -> {
          for (Work each : List.of(self, sibling)) {
            assertThrows(MisuseException.class, each::flush);
            assertThrows(MisuseException.class, () -> each.flush(Duration.ZERO));
            assertThrows(MisuseException.class, each::cancelAndWait);
            assertThrows(MisuseException.class, () -> each.disableAndWait(Duration.ZERO));
            assertThrows(MisuseException.class, each::close);
          }
          assertThrows(MisuseException.class, ordered::flush);
          assertThrows(MisuseException.class, () -> ordered.drain(Duration.ZERO));
          assertThrows(MisuseException.class, () -> ordered.close(Duration.ZERO));
          assertThrows(NullPointerException.class, () -> self.flush(null));
          assertFalse(self.isClosed());
          assertEquals(Cancellation.RUNNING, self.disable());
          self.enable();
          assertTrue(free.flush(Duration.ZERO));
          assertSame(self, host.current.get());
          assertTrue(ordered.holdsCaller());
          done.countDown();
        };
    ordered.newWork("self", body).submit();
    queue
        .newWork(
            "in a free queue",
            self -> {
              assertEquals(Cancellation.IDLE, free.cancelAndWait());
              done.countDown();
            })
        .submit();
    Patience.await(done);
    assertFalse(ordered.holdsCaller());
    ordered.close();
    queue.flush();
    assertEquals(List.of(), host.failures);
  }

  @Test
  void closeRemovesTheDelayedRunsTheQueuedAndSaysSo() throws Exception {
    Gate gate = new Gate();
    LockedWorkQueue closing = host.queue("closing", 1);
    AtomicReference<Submission> own = new AtomicReference<>();
    Work held =
        closing.newWork(
            "held",
            self -> {
              gate.run(self);
              if (gate.runs.get() == 1) {
                own.set(self.submit());
              }
            });
    held.submit();
    gate.awaitBegun();
    AtomicInteger ran = new AtomicInteger();
    Work queued = closing.newWork("queued", ran::incrementAndGet);
    queued.submit();
    Work delayed = closing.newWork("delayed", ran::incrementAndGet);
    delayed.schedule(HOUR);
    assertEquals(List.of("delayed", "held", "queued"), closing.close(Duration.ZERO));
    assertTrue(closing.isClosed());
    assertThrows(ClosedException.class, queued::submit);
    assertThrows(ClosedException.class, () -> closing.newWork("n", () -> {}));
    assertTrue(held.isCancelling());
    assertFalse(delayed.isPending());
    assertEquals(List.of("held", "queued"), closing.close(Duration.ZERO));
    gate.end();
    Patience.await(() -> host.ended.contains(closing)); // nobody waits for it
    assertEquals(List.of(), closing.close(Duration.ofSeconds(10)));
    closing.close();
    assertEquals(Submission.REFUSED, own.get());
    assertEquals(1, ran.get());
    assertEquals(1, host.ended.size());
    assertFalse(held.isCancelling());
  }

  @Test
  void closingAnItemRunsWhatIsQueued() throws Exception {
    Gate gate = new Gate();
    Work work = running(gate);
    work.submit();
    assertEquals(List.of("held"), work.close(Duration.ZERO));
    assertTrue(work.isCancelling());
    assertThrows(ClosedException.class, work::submit);
    gate.end();
    gate.awaitBegun();
    gate.end();
    work.close();
    assertEquals(2, gate.runs.get());
    Work delayed = queue.newWork("delayed", gate);
    delayed.schedule(HOUR);
    assertEquals(List.of("delayed"), delayed.close(Duration.ofSeconds(10)));
    assertEquals(List.of(), delayed.close(Duration.ofSeconds(10)));
  }

  @Test
  void whatABodyThrowsIsReportedOnceBeforeTheRunEnds() throws Exception {
    Error thrown = new StackOverflowError("planted");
    Work work =
        queue.newWork(
            "bad",
            () -> {
              Thread.currentThread().interrupt();
              throw thrown;
            });
    work.submit();
    work.flush();
    assertEquals(1, host.failures.size());
    assertSame(thrown, host.failures.get(0).cause());
    assertEquals("bad", host.failures.get(0).item());
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Work next = queue.newWork("next", () -> flag.set(Thread.currentThread().isInterrupted()));
    next.submit();
    next.flush();
    assertEquals(false, flag.get());
    assertEquals(1, queue.counts().failed());
    assertEquals(2, queue.counts().completed());
  }

  @Test
  void anErrorInALaneBreaksTheQueueAndReleasesTheWaiters() throws Exception {
    LockedWorkQueue fragile = host.queue("fragile", 1);
    Gate gate = new Gate();
    running(fragile, gate);
    Work queued = fragile.newWork("queued", () -> {});
    queued.submit();
    Work delayed = fragile.newWork("delayed", () -> {});
    delayed.schedule(HOUR);
    Patience.Running waiter = Patience.start(queued::flush);
    Patience.awaitBlocked(waiter.thread());
    Error planted = new OutOfMemoryError("planted");
    host.clockFault.set(planted);
    gate.end();
    waiter.join();
    ClosedException closed = assertThrows(ClosedException.class, queued::submit);
    assertSame(planted, closed.getCause());
    Patience.await(() -> host.failures.size() == 1);
    assertSame(planted, host.failures.get(0).cause());
    assertNull(host.failures.get(0).item());
    assertFalse(delayed.isPending());
    fragile.drain();
    fragile.close();
  }

  @Test
  void anErrorOnTheCallersThreadReachesTheCallerToo() {
    LockedWorkQueue fragile = host.queue("fragile", 1);
    Work work = fragile.newWork("w", () -> {});
    Error planted = new OutOfMemoryError("planted");
    host.clockFault.set(planted);
    assertSame(planted, assertThrows(Error.class, () -> work.schedule(HOUR)));
    assertEquals(1, host.failures.size());
    Work later = fragile.newWork("later", () -> {});
    assertSame(planted, assertThrows(ClosedException.class, later::submit).getCause());
    fragile.close();
  }

  @Test
  void interruptingTheRunsReachesThemAndNoOthers() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    queue
        .newWork(
            "sleeper",
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
              }
            })
        .submit();
    Patience.await(begun);
    queue.interruptRuns();
    queue.flush();
    assertEquals(1, interrupted.get());
  }

  @Test
  void aDroppedItemIsNotKeptWhetherItRanOrWasCancelled() throws Exception {
    List<WeakReference<Work>> dropped = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Work work = queue.newWork("w" + i, () -> {});
      dropped.add(new WeakReference<>(work));
      if (i == 1) {
        work.submit();
        work.flush();
      }
      if (i == 2) {
        work.schedule(HOUR);
        work.cancel();
      }
    }
    Patience.await(
        () -> {
          System.gc();
          return dropped.stream().allMatch(each -> each.get() == null);
        });
  }

  @Test
  void aDelayedItemThatWasDroppedStillRuns() {
    CountDownLatch ran = new CountDownLatch(1);
    queue.newWork("dropped", ran::countDown).schedule(HOUR);
    System.gc();
    host.advance(HOUR);
    Patience.await(ran);
  }

  @Test
  void aClosedItemIsClosedButNotTheOthers() {
    Work closed = queue.newWork("closed", () -> {});
    closed.close();
    closed.close();
    assertThrows(ClosedException.class, closed::submit);
    assertThrows(ClosedException.class, () -> closed.reschedule(HOUR));
    assertEquals(Cancellation.IDLE, closed.cancel());
    assertNotNull(queue.newWork("open", () -> {}));
    assertThrows(IllegalArgumentException.class, () -> queue.newWork(" ", () -> {}));
  }

  /** Random calls by several threads; each accepted run is served, none beside another. */
  @Test
  void underAnyMixEachAcceptedRunIsServed() throws Exception {
    for (LockedWorkQueue mixed : List.of(host.queue("mix", 3), host.ordered("mix-in-order"))) {
      List<Counted> items = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        items.add(new Counted(mixed, "item" + i));
      }
      List<Patience.Running> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(i);
        callers.add(
            Patience.start(
                () -> {
                  for (int step = 0; step < 3_000; step++) {
                    items.get(random.nextInt(items.size())).act(random);
                  }
                }));
      }
      for (Patience.Running caller : callers) {
        while (caller.thread().isAlive()) {
          host.advance(Duration.ofMillis(1));
        }
        caller.join();
      }
      host.advance(HOUR);
      mixed.flush();
      for (Counted item : items) {
        assertEquals(item.accepted.get() - item.removed.get(), item.ran.get(), mixed.toString());
      }
      mixed.close();
    }
    assertEquals(List.of(), host.failures);
  }

  private static final class Counted {
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger removed = new AtomicInteger();
    final AtomicInteger ran = new AtomicInteger();
    final AtomicInteger inside = new AtomicInteger();
    final Work work;

    Counted(LockedWorkQueue queue, String name) {
      work =
          queue.newWork(
              name,
              self -> {
                assertEquals(1, inside.incrementAndGet(), "beside itself");
                ran.incrementAndGet();
                if (ran.get() % 5 == 0) {
                  count(self.submit());
                }
                inside.decrementAndGet();
              });
    }

    void act(Random random) throws InterruptedException {
      Duration delay = Duration.ofMillis(random.nextInt(3));
      switch (random.nextInt(7)) {
        case 0, 1 -> count(work.submit());
        case 2 -> count(work.schedule(delay));
        case 3 -> count(work.reschedule(delay));
        case 4 -> count(work.cancel());
        case 5 -> work.flush(Duration.ofMillis(50));
        default -> count(work.cancelAndWait());
      }
    }

    private void count(Submission answer) {
      accepted.addAndGet(answer == Submission.QUEUED ? 1 : 0);
    }

    private void count(Cancellation answer) {
      removed.addAndGet(answer == Cancellation.REMOVED ? 1 : 0);
    }
  }
}
