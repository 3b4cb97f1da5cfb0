// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.conformance.ContractSubjects.OnSchedulers;
import dev.quern.conformance.ContractSubjects.Services;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;

/** What ScheduledExecutorService and ScheduledFuture promise, in real time. */
class ScheduledContractTest {
  private static final TimeUnit MS = TimeUnit.MILLISECONDS;
  private static final TimeUnit S = TimeUnit.SECONDS;
  private static final TimeUnit HOURS = TimeUnit.HOURS;
  private static final Runnable NOTHING = () -> {};

  private static void npe(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  private static void outOfRange(Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  private static void rejected(Executable call) {
    assertThrows(RejectedExecutionException.class, call);
  }

  private static void assertTerminates(ScheduledExecutorService service) throws Exception {
    assertTrue(service.awaitTermination(20, S));
    assertTrue(service.isTerminated());
  }

  @OnSchedulers
  void aCallableGivesItsResultAfterItsDelay(Services<ScheduledExecutorService> subject)
      throws Exception {
    long begin = System.nanoTime();
    ScheduledFuture<Long> future = subject.make(1).schedule(System::nanoTime, 20, MS);
    assertTrue(future.get(20, S) - begin >= MS.toNanos(20));
    assertTrue(future.isDone());
  }

  @OnSchedulers
  void aRunnableGivesNull(Services<ScheduledExecutorService> subject) throws Exception {
    AtomicInteger ran = new AtomicInteger();
    assertNull(subject.make(1).schedule((Runnable) ran::incrementAndGet, 1, MS).get(20, S));
    assertEquals(1, ran.get());
  }

  @OnSchedulers
  void noDelayAndLessIsAtOnce(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    assertEquals(1, service.schedule(() -> 1, 0, HOURS).get(20, S));
    assertEquals(2, service.schedule(() -> 2, -1, HOURS).get(20, S));
    assertEquals(3, service.schedule(() -> 3, Long.MIN_VALUE, TimeUnit.DAYS).get(20, S));
  }

  @OnSchedulers
  void whatItThrowsIsTheCause(Services<ScheduledExecutorService> subject) {
    Exception failure = new Exception("meant");
    Callable<Integer> task =
        () -> {
          throw failure;
        };
    ScheduledFuture<Integer> future = subject.make(1).schedule(task, 1, MS);
    assertSame(failure, assertThrows(ExecutionException.class, future::get).getCause());
  }

  @OnSchedulers
  void scheduleRefusesNull(Services<ScheduledExecutorService> subject) {
    ScheduledExecutorService service = subject.make(1);
    npe(() -> service.schedule((Runnable) null, 1, S));
    npe(() -> service.schedule((Callable<Integer>) null, 1, S));
    npe(() -> service.schedule(NOTHING, 1, null));
    npe(() -> service.schedule(() -> 1, 1, null));
  }

  @OnSchedulers
  void aSeriesRefusesNullAndNoPeriod(Services<ScheduledExecutorService> subject) {
    ScheduledExecutorService service = subject.make(1);
    npe(() -> service.scheduleAtFixedRate(null, 1, 1, S));
    npe(() -> service.scheduleAtFixedRate(NOTHING, 1, 1, null));
    npe(() -> service.scheduleWithFixedDelay(null, 1, 1, S));
    npe(() -> service.scheduleWithFixedDelay(NOTHING, 1, 1, null));
    outOfRange(() -> service.scheduleAtFixedRate(NOTHING, 1, 0, S));
    outOfRange(() -> service.scheduleAtFixedRate(NOTHING, 1, -1, S));
    outOfRange(() -> service.scheduleWithFixedDelay(NOTHING, 1, 0, S));
    outOfRange(() -> service.scheduleWithFixedDelay(NOTHING, 1, -1, S));
    assertEquals(List.of(), service.shutdownNow());
  }

  @OnSchedulers
  void theDelayThatIsLeftGrowsLess(Services<ScheduledExecutorService> subject) {
    ScheduledFuture<?> future = subject.make(1).schedule(NOTHING, 1, HOURS);
    long first = future.getDelay(TimeUnit.NANOSECONDS);
    long second = future.getDelay(TimeUnit.NANOSECONDS);
    assertTrue(second <= first);
    assertTrue(first <= HOURS.toNanos(1) && first > TimeUnit.MINUTES.toNanos(59));
    assertEquals(59, future.getDelay(TimeUnit.MINUTES));
    assertEquals(0, future.getDelay(HOURS));
  }

  @OnSchedulers
  void futuresAreOrderedByTheirTime(Services<ScheduledExecutorService> subject) {
    ScheduledExecutorService service = subject.make(1);
    ScheduledFuture<?> late = service.schedule(NOTHING, 2, HOURS);
    ScheduledFuture<?> soon = service.schedule(NOTHING, 1, HOURS);
    ScheduledFuture<?> never = service.schedule(NOTHING, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    List<ScheduledFuture<?>> sorted = new ArrayList<>(List.of(never, late, soon));
    sorted.sort(null);
    assertEquals(List.of(soon, late, never), sorted);
    assertEquals(0, soon.compareTo(soon));
    assertEquals(-1, Integer.signum(soon.compareTo(late)));
    assertEquals(1, Integer.signum(late.compareTo(soon)));
  }

  @OnSchedulers
  void theSoonerRunsBeforeTheLater(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    List<Integer> ran = new CopyOnWriteArrayList<>();
    long begin = System.nanoTime();
    ScheduledFuture<?> last = service.schedule(() -> ran.add(3), 60, MS);
    service.schedule(() -> ran.add(2), 30, MS);
    ScheduledFuture<?> first = service.schedule(() -> ran.add(1), 1, MS);
    boolean inTime = System.nanoTime() - begin < MS.toNanos(29); // else their times are others
    last.get(20, S);
    first.get(20, S);
    assertTrue(!inTime || ran.equals(List.of(1, 2, 3)), ran::toString);
  }

  @OnSchedulers
  void aDelayedTaskHoldsNoThread(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    service.schedule(NOTHING, 1, HOURS);
    assertEquals("now", service.submit(() -> "now").get(20, S));
  }

  // ---- Series

  @OnSchedulers
  void aFixedRateRunsAgainAndAgain(Services<ScheduledExecutorService> subject) throws Exception {
    CountDownLatch runs = new CountDownLatch(5);
    long begin = System.nanoTime();
    ScheduledFuture<?> series = subject.make(1).scheduleAtFixedRate(runs::countDown, 2, 2, MS);
    subject.scene.await(runs);
    assertTrue(System.nanoTime() - begin >= MS.toNanos(10));
    assertFalse(series.isDone());
    assertThrows(TimeoutException.class, () -> series.get(0, S));
  }

  @OnSchedulers
  void aFixedDelayLiesBetweenTheRuns(Services<ScheduledExecutorService> subject) {
    List<Long> times = new CopyOnWriteArrayList<>();
    CountDownLatch runs = new CountDownLatch(4);
    subject
        .make(2)
        .scheduleWithFixedDelay(
            () -> {
              times.add(System.nanoTime());
              times.add(System.nanoTime());
              runs.countDown();
            },
            0,
            5,
            MS);
    subject.scene.await(runs);
    for (int i = 2; i < 8; i += 2) {
      assertTrue(times.get(i) - times.get(i - 1) >= MS.toNanos(5), times::toString);
    }
  }

  @OnSchedulers
  void theRunsOfASeriesComeOneAfterTheOther(Services<ScheduledExecutorService> subject) {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch runs = new CountDownLatch(200);
    subject
        .make(4)
        .scheduleAtFixedRate(
            () -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              Thread.yield();
              inside.decrementAndGet();
              runs.countDown();
            },
            0,
            1,
            TimeUnit.MICROSECONDS);
    subject.scene.await(runs);
    assertEquals(1, most.get());
  }

  @OnSchedulers
  void oneRunSeesWhatTheOneBeforeDid(Services<ScheduledExecutorService> subject) {
    int[] plain = new int[1];
    CountDownLatch runs = new CountDownLatch(100);
    AtomicInteger last = new AtomicInteger();
    subject
        .make(4)
        .scheduleWithFixedDelay(
            () -> {
              last.set(++plain[0]);
              runs.countDown();
            },
            0,
            1,
            TimeUnit.MICROSECONDS);
    subject.scene.await(runs);
    assertTrue(last.get() >= 100);
  }

  @OnSchedulers
  void aSeriesEndsWithTheRunThatThrows(Services<ScheduledExecutorService> subject)
      throws Exception {
    subject.scene.failures();
    for (boolean rate : new boolean[] {true, false}) {
      ScheduledExecutorService service = subject.make(1);
      RuntimeException failure = new IllegalStateException("meant");
      AtomicInteger runs = new AtomicInteger();
      Runnable task =
          () -> {
            if (runs.incrementAndGet() == 3) {
              throw failure;
            }
          };
      ScheduledFuture<?> series =
          rate
              ? service.scheduleAtFixedRate(task, 0, 1, MS)
              : service.scheduleWithFixedDelay(task, 0, 1, MS);
      assertSame(failure, assertThrows(ExecutionException.class, series::get).getCause());
      assertTrue(series.isDone());
      assertFalse(series.isCancelled());
      service.schedule(NOTHING, 5, MS).get();
      assertEquals(3, runs.get());
    }
  }

  @OnSchedulers
  void aSeriesMayEndItself(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    AtomicInteger runs = new AtomicInteger();
    List<Future<?>> self = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    self.add(
        service.scheduleAtFixedRate(
            () -> {
              gate.passUninterruptibly();
              runs.incrementAndGet();
              self.get(0).cancel(false);
            },
            0,
            1,
            MS));
    gate.open();
    assertThrows(CancellationException.class, () -> self.get(0).get(20, S));
    service.schedule(NOTHING, 5, MS).get();
    assertEquals(1, runs.get());
  }

  @OnSchedulers
  void manySeriesGoOnBesideEachOther(Services<ScheduledExecutorService> subject) {
    ScheduledExecutorService service = subject.make(2);
    CountDownLatch runs = new CountDownLatch(300);
    List<CountDownLatch> each = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      CountDownLatch own = new CountDownLatch(10);
      each.add(own);
      service.scheduleAtFixedRate(
          () -> {
            own.countDown();
            runs.countDown();
          },
          i,
          1,
          MS);
    }
    each.forEach(subject.scene::await);
    subject.scene.await(runs);
  }

  // ---- cancel

  @OnSchedulers
  void aCancelledTaskNeverRuns(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    AtomicInteger ran = new AtomicInteger();
    ScheduledFuture<?> future;
    do { // until it was in time
      ran.set(0);
      future = service.schedule(ran::incrementAndGet, 20, MS);
    } while (!future.cancel(true));
    assertTrue(future.isCancelled() && future.isDone());
    assertThrows(CancellationException.class, future::get);
    assertFalse(future.cancel(false));
    service.schedule(NOTHING, 30, MS).get();
    assertEquals(0, ran.get());
  }

  @OnSchedulers
  void aCancelledSeriesStops(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    CountDownLatch some = new CountDownLatch(3);
    AtomicInteger runs = new AtomicInteger();
    ScheduledFuture<?> series =
        service.scheduleAtFixedRate(
            () -> {
              runs.incrementAndGet();
              some.countDown();
            },
            0,
            1,
            MS);
    subject.scene.await(some);
    Async<?> getter = subject.scene.async(series::get).awaitWaiting();
    assertTrue(series.cancel(false));
    assertInstanceOf(CancellationException.class, getter.thrown());
    service.submit(NOTHING).get(); // one run may have begun
    int after = runs.get();
    service.schedule(NOTHING, 10, MS).get();
    assertEquals(after, runs.get());
  }

  @OnSchedulers
  void cancelInterruptsARunOfASeries(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    Gate gate = new Gate();
    CountDownLatch interrupted = new CountDownLatch(1);
    ScheduledFuture<?> series =
        service.scheduleWithFixedDelay(
            () -> {
              try {
                gate.pass();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            },
            0,
            1,
            MS);
    gate.awaitReached();
    assertTrue(series.cancel(true));
    subject.scene.await(interrupted);
    assertFalse(service.submit(() -> Thread.currentThread().isInterrupted()).get());
  }

  // ---- The end

  @OnSchedulers
  void afterShutdownWhatIsDelayedRuns(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    ScheduledFuture<String> delayed = service.schedule(() -> "ran", 20, MS);
    service.shutdown();
    assertEquals("ran", delayed.get(20, S));
    assertTerminates(service);
  }

  @OnSchedulers
  void afterShutdownNoSeriesGoesOn(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    ScheduledFuture<?> rate = service.scheduleAtFixedRate(NOTHING, 0, 1, MS);
    ScheduledFuture<?> delay = service.scheduleWithFixedDelay(NOTHING, 1, 1, HOURS);
    service.shutdown();
    assertTerminates(service);
    assertTrue(rate.isCancelled() && delay.isCancelled());
  }

  @OnSchedulers
  void afterShutdownNothingIsScheduled(Services<ScheduledExecutorService> subject) {
    ScheduledExecutorService service = subject.make(1);
    service.shutdown();
    rejected(() -> service.schedule(NOTHING, 1, MS));
    rejected(() -> service.schedule(() -> 1, 1, MS));
    rejected(() -> service.scheduleAtFixedRate(NOTHING, 1, 1, MS));
    rejected(() -> service.scheduleWithFixedDelay(NOTHING, 1, 1, MS));
  }

  @OnSchedulers
  void shutdownNowGivesBackTheFutures(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    ScheduledFuture<?> first = service.schedule(NOTHING, 1, HOURS);
    ScheduledFuture<?> second = service.scheduleAtFixedRate(NOTHING, 2, 1, HOURS);
    List<Runnable> left = service.shutdownNow();
    assertEquals(2, left.size());
    assertTrue(left.contains(first) && left.contains(second));
    left.forEach(each -> assertInstanceOf(ScheduledFuture.class, each));
    assertTerminates(service);
    assertFalse(first.isDone());
  }

  @OnSchedulers
  void shutdownNowGivesExecutedTasksAsFuturesToo(Services<ScheduledExecutorService> subject)
      throws Exception {
    ScheduledExecutorService service = subject.make(1);
    Gate gate = new Gate();
    service.execute(gate::passUninterruptibly);
    gate.awaitReached();
    service.execute(NOTHING);
    Future<?> submitted = service.submit(NOTHING);
    List<Runnable> left = service.shutdownNow();
    assertEquals(2, left.size());
    left.forEach(each -> assertInstanceOf(ScheduledFuture.class, each));
    assertTrue(left.contains(submitted));
    gate.open();
    assertTerminates(service);
  }

  @OnSchedulers
  void shutdownNowInterruptsARunAndEndsItsSeries(Services<ScheduledExecutorService> subject)
      throws Exception {
    ScheduledExecutorService service = subject.make(1);
    Gate gate = new Gate();
    CountDownLatch interrupted = new CountDownLatch(1);
    service.scheduleAtFixedRate(
        () -> {
          try {
            gate.pass();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        },
        0,
        1,
        MS);
    gate.awaitReached();
    service.shutdownNow();
    subject.scene.await(interrupted);
    assertTerminates(service);
  }

  @OnSchedulers
  void aTaskMayShutItsServiceDown(Services<ScheduledExecutorService> subject) throws Exception {
    ScheduledExecutorService service = subject.make(1);
    service.scheduleAtFixedRate(service::shutdown, 0, 1, MS);
    assertTerminates(service);
  }

  @OnSchedulers
  void aCancelledTaskDoesNotHoldUpTheEnd(Services<ScheduledExecutorService> subject)
      throws Exception {
    ScheduledExecutorService service = subject.make(1);
    ScheduledFuture<?> far = service.schedule(NOTHING, 1, HOURS);
    service.shutdown();
    assertFalse(service.isTerminated());
    far.cancel(false);
    service.shutdownNow(); // the JDK's keeps it, unless told otherwise
    assertTerminates(service);
  }
}
