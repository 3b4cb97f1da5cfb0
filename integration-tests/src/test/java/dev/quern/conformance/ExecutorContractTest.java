// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.conformance.ContractSubjects.OnExecutors;
import dev.quern.conformance.ContractSubjects.OnExecutorsThatDropNothing;
import dev.quern.conformance.ContractSubjects.Services;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.function.Executable;

/** What Executor, ExecutorService and Future promise of any service. */
class ExecutorContractTest {
  private static final TimeUnit S = TimeUnit.SECONDS;

  private static void npe(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  private static void rejected(Executable call) {
    assertThrows(RejectedExecutionException.class, call);
  }

  /** Occupies one thread until the gate opens. */
  private static Gate occupy(ExecutorService service) throws InterruptedException {
    Gate gate = new Gate();
    service.execute(gate::passUninterruptibly);
    gate.awaitReached();
    return gate;
  }

  private static Callable<Integer> failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  // ---- execute

  @OnExecutors
  void executeRunsTheTaskOnAnotherThread(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    FutureTask<Thread> task = new FutureTask<>(Thread::currentThread);
    service.execute(task);
    assertNotSame(Thread.currentThread(), task.get(20, S));
  }

  @OnExecutors
  void executeOfNullIsRefused(Services<?> subject) {
    npe(() -> subject.make(1).execute(null));
  }

  @OnExecutors
  void whatCameBeforeExecuteIsSeenByTheTask(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(2);
    for (int i = 0; i < 500; i++) {
      int[] box = new int[1];
      box[0] = i;
      int expected = i;
      assertTrue(service.submit(() -> box[0]++ == expected).get());
      assertEquals(i + 1, box[0]);
    }
  }

  @OnExecutors
  void aSingleThreadKeepsTheOrder(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int number = i;
      service.execute(() -> ran.add(number));
    }
    service.shutdown();
    assertTrue(service.awaitTermination(20, S));
    assertEquals(IntStream.range(0, 300).boxed().toList(), ran);
  }

  @OnExecutors
  void asManyTasksRunAtOnceAsThereAreThreads(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(4);
    CyclicBarrier all = new CyclicBarrier(4);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(() -> all.await(20, S));
    }
    for (Future<Integer> future : service.invokeAll(tasks)) {
      assertTrue(future.get() >= 0);
    }
  }

  @OnExecutors
  void noMoreRunAtOnceThanThereAreThreads(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(2);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      service.execute(
          () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
          });
    }
    service.shutdown();
    assertTrue(service.awaitTermination(20, S));
    assertTrue(most.get() <= 2, "at once: " + most);
  }

  @OnExecutors
  void aTaskMaySubmitTasks(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Future<Future<String>> outer = service.submit(() -> service.submit(() -> "inner"));
    assertEquals("inner", outer.get(20, S).get(20, S));
  }

  @OnExecutors
  void aTaskThatThrowsCostsNoOtherItsTurn(Services<?> subject) throws Exception {
    subject.scene.stray();
    subject.scene.failures();
    ExecutorService service = subject.make(1);
    for (int i = 0; i < 5; i++) {
      service.execute(
          () -> {
            throw new IllegalStateException("meant");
          });
    }
    assertEquals("next", service.submit(() -> "next").get(20, S));
  }

  // ---- submit

  @OnExecutors
  void submitOfACallableGivesItsResult(Services<?> subject) throws Exception {
    Future<String> future = subject.make(1).submit(() -> "result");
    assertEquals("result", future.get());
    assertEquals("result", future.get(0, S));
    assertTrue(future.isDone());
    assertFalse(future.isCancelled());
  }

  @OnExecutors
  void submitOfARunnableGivesNullOrTheResultNamed(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    AtomicInteger ran = new AtomicInteger();
    Runnable task = ran::incrementAndGet;
    assertNull(service.submit(task).get());
    assertEquals("named", service.submit(task, "named").get());
    assertEquals(2, ran.get());
  }

  @OnExecutors
  void submitOfNullIsRefused(Services<?> subject) {
    ExecutorService service = subject.make(1);
    npe(() -> service.submit((Runnable) null));
    npe(() -> service.submit((Callable<String>) null));
    npe(() -> service.submit(null, "result"));
  }

  @OnExecutors
  void whatASubmittedTaskThrowsIsTheCause(Services<?> subject) {
    ExecutorService service = subject.make(1);
    Exception checked = new Exception("meant");
    Future<Integer> future = service.submit(failing(checked));
    assertSame(checked, assertThrows(ExecutionException.class, future::get).getCause());
    assertTrue(future.isDone());
    assertFalse(future.isCancelled());
    Error error = new AssertionError("meant");
    Future<?> other =
        service.submit(
            () -> {
              throw error;
            });
    assertSame(error, assertThrows(ExecutionException.class, other::get).getCause());
  }

  @OnExecutors
  void aTimedGetGivesUp(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    Future<String> future = service.submit(() -> "late");
    assertThrows(TimeoutException.class, () -> future.get(1, TimeUnit.MILLISECONDS));
    assertThrows(TimeoutException.class, () -> future.get(0, S));
    assertFalse(future.isDone());
    gate.open();
    assertEquals("late", future.get(20, S));
  }

  @OnExecutors
  void getIsInterruptible(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    Future<String> future = service.submit(() -> "late");
    Async<String> getter = subject.scene.async(future::get).awaitWaiting();
    getter.interrupt();
    assertInstanceOf(InterruptedException.class, getter.thrown());
    gate.open();
    assertEquals("late", future.get());
  }

  // ---- cancel

  @OnExecutors
  void aTaskCancelledBeforeItsTurnNeverRuns(Services<?> subject) throws Exception {
    for (boolean interrupt : new boolean[] {false, true}) {
      ExecutorService service = subject.make(1);
      Gate gate = occupy(service);
      AtomicInteger ran = new AtomicInteger();
      Future<?> future = service.submit(ran::incrementAndGet);
      assertTrue(future.cancel(interrupt));
      assertTrue(future.isCancelled());
      assertTrue(future.isDone());
      assertThrows(CancellationException.class, future::get);
      assertFalse(future.cancel(true));
      gate.open();
      service.submit(() -> {}).get();
      assertEquals(0, ran.get());
    }
  }

  @OnExecutors
  void cancelWithoutInterruptLetsARunGoOn(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = new Gate();
    AtomicInteger ended = new AtomicInteger();
    Future<?> future =
        service.submit(
            () -> {
              gate.pass();
              return ended.incrementAndGet();
            });
    gate.awaitReached();
    assertTrue(future.cancel(false));
    assertThrows(CancellationException.class, future::get);
    gate.open();
    service.submit(() -> {}).get();
    assertEquals(1, ended.get());
  }

  @OnExecutors
  void cancelWithInterruptInterruptsTheRun(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = new Gate();
    CountDownLatch interrupted = new CountDownLatch(1);
    Future<?> future =
        service.submit(
            () -> {
              try {
                gate.pass();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            });
    gate.awaitReached();
    assertTrue(future.cancel(true));
    subject.scene.await(interrupted);
    assertFalse(service.submit(() -> Thread.currentThread().isInterrupted()).get());
  }

  @OnExecutors
  void cancelOfWhatIsDoneAnswersFalse(Services<?> subject) throws Exception {
    Future<Integer> future = subject.make(1).submit(() -> 1);
    assertEquals(1, future.get());
    assertFalse(future.cancel(true));
    assertFalse(future.isCancelled());
    assertEquals(1, future.get());
  }

  @OnExecutors
  void cancelLetsGoOfWhoWaits(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    Future<?> future = service.submit(() -> {});
    Async<?> getter = subject.scene.async(future::get).awaitWaiting();
    future.cancel(false);
    assertInstanceOf(CancellationException.class, getter.thrown());
    gate.open();
  }

  // ---- invokeAll

  @OnExecutors
  void invokeAllGivesTheFuturesInOrderAndDone(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(3);
    Exception failure = new Exception("meant");
    List<Callable<Integer>> tasks = List.of(() -> 1, failing(failure), () -> 3);
    for (List<Future<Integer>> futures :
        List.of(service.invokeAll(tasks), service.invokeAll(tasks, 1, TimeUnit.HOURS))) {
      assertTrue(futures.stream().allMatch(Future::isDone));
      assertEquals(1, futures.get(0).get());
      assertSame(
          failure, assertThrows(ExecutionException.class, () -> futures.get(1).get()).getCause());
      assertEquals(3, futures.get(2).get());
    }
  }

  @OnExecutors
  void invokeAllOfNothingGivesNothing(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    assertEquals(List.of(), service.invokeAll(List.<Callable<Integer>>of()));
    assertEquals(List.of(), service.invokeAll(List.<Callable<Integer>>of(), 1, S));
  }

  @OnExecutors
  void invokeAllRefusesNull(Services<?> subject) {
    ExecutorService service = subject.make(1);
    List<Callable<Integer>> tasks = Arrays.asList(() -> 1, null);
    npe(() -> service.invokeAll(null));
    npe(() -> service.invokeAll(tasks));
    npe(() -> service.invokeAll(null, 1, S));
    npe(() -> service.invokeAll(tasks, 1, S));
    npe(() -> service.invokeAll(List.<Callable<Integer>>of(() -> 1), 1, null));
  }

  @OnExecutors
  void invokeAllCancelsWhatTheTimeDoesNotReach(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    AtomicInteger ran = new AtomicInteger();
    List<Callable<Integer>> tasks = List.of(ran::incrementAndGet, ran::incrementAndGet);
    for (long time : new long[] {0, -1, 1}) {
      List<Future<Integer>> futures = service.invokeAll(tasks, time, TimeUnit.MILLISECONDS);
      assertEquals(2, futures.size());
      assertTrue(futures.stream().allMatch(Future::isCancelled));
    }
    gate.open();
    service.submit(() -> {}).get();
    assertEquals(0, ran.get());
  }

  @OnExecutors
  void invokeAllThatIsInterruptedCancelsAll(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    AtomicInteger ran = new AtomicInteger();
    Async<?> caller =
        subject
            .scene
            .async(() -> service.invokeAll(List.<Callable<Integer>>of(ran::incrementAndGet)))
            .awaitWaiting();
    caller.interrupt();
    assertInstanceOf(InterruptedException.class, caller.thrown());
    gate.open();
    service.submit(() -> {}).get();
    assertEquals(0, ran.get());
  }

  // ---- invokeAny

  @OnExecutors
  void invokeAnyGivesTheResultOfOneThatSucceeds(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(2);
    List<Callable<Integer>> tasks =
        List.of(failing(new Exception("meant")), () -> 2, failing(new Exception("meant")));
    assertEquals(2, service.invokeAny(tasks));
    assertEquals(2, service.invokeAny(tasks, 1, TimeUnit.HOURS));
  }

  @OnExecutors
  void invokeAnyFailsWhenAllDo(Services<?> subject) {
    ExecutorService service = subject.make(2);
    Exception failure = new Exception("meant");
    List<Callable<Integer>> tasks = List.of(failing(failure), failing(failure));
    assertSame(
        failure, assertThrows(ExecutionException.class, () -> service.invokeAny(tasks)).getCause());
    assertThrows(ExecutionException.class, () -> service.invokeAny(tasks, 1, TimeUnit.HOURS));
  }

  @OnExecutors
  void invokeAnyRefusesNullAndNothing(Services<?> subject) {
    ExecutorService service = subject.make(1);
    List<Callable<Integer>> none = List.of();
    npe(() -> service.invokeAny(null));
    npe(() -> service.invokeAny(null, 1, S));
    npe(() -> service.invokeAny(Arrays.asList((Callable<Integer>) null)));
    npe(() -> service.invokeAny(List.<Callable<Integer>>of(() -> 1), 1, null));
    assertThrows(IllegalArgumentException.class, () -> service.invokeAny(none));
    assertThrows(IllegalArgumentException.class, () -> service.invokeAny(none, 1, S));
  }

  @OnExecutors
  void invokeAnyGivesUpInTime(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    List<Callable<Integer>> tasks =
        List.of(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return 1;
            });
    assertThrows(TimeoutException.class, () -> service.invokeAny(tasks, 50, TimeUnit.MILLISECONDS));
    if (begun.getCount() == 0) {
      subject.scene.await(interrupted);
    }
    assertEquals(2, service.submit(() -> 2).get());
  }

  // ---- The end

  @OnExecutors
  void aNewServiceIsNotShutDown(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    assertFalse(service.isShutdown());
    assertFalse(service.isTerminated());
    assertFalse(service.awaitTermination(0, S));
    assertFalse(service.awaitTermination(-1, S));
  }

  @OnExecutors
  void anIdleServiceTerminatesWhenShutDown(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    service.shutdown();
    assertTrue(service.isShutdown());
    assertTrue(service.awaitTermination(20, S));
    assertTrue(service.isTerminated());
    service.shutdown();
    assertEquals(List.of(), service.shutdownNow());
    assertTrue(service.isTerminated());
  }

  @OnExecutors
  void shutdownLetsWhatWasAcceptedRun(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      service.submit(ran::incrementAndGet);
    }
    service.shutdown();
    assertTrue(service.isShutdown());
    assertFalse(service.isTerminated());
    assertFalse(service.awaitTermination(1, TimeUnit.MILLISECONDS));
    gate.open();
    assertTrue(service.awaitTermination(20, S));
    assertEquals(10, ran.get());
  }

  @OnExecutors
  void afterShutdownEveryTaskIsRejected(Services<?> subject) {
    ExecutorService service = subject.make(1);
    service.shutdown();
    List<Callable<Integer>> tasks = List.of(() -> 1);
    rejected(() -> service.execute(() -> {}));
    rejected(() -> service.submit(() -> {}));
    rejected(() -> service.submit(() -> {}, 1));
    rejected(() -> service.submit(() -> 1));
    rejected(() -> service.invokeAll(tasks));
    rejected(() -> service.invokeAny(tasks));
    rejected(() -> service.invokeAll(tasks, 1, S));
    rejected(() -> service.invokeAny(tasks, 1, S));
  }

  @OnExecutors
  void shutdownNowGivesBackWhatHadNotBegun(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 5; i++) {
      service.execute(ran::incrementAndGet);
    }
    List<Runnable> left = service.shutdownNow();
    assertEquals(5, left.size());
    assertTrue(service.isShutdown());
    assertFalse(service.isTerminated());
    gate.open();
    assertTrue(service.awaitTermination(20, S));
    assertEquals(0, ran.get());
    assertEquals(List.of(), service.shutdownNow());
  }

  @OnExecutors
  void shutdownNowInterruptsWhatRuns(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(2);
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      service.execute(
          () -> {
            begun.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.countDown();
            }
          });
    }
    subject.scene.await(begun);
    assertEquals(List.of(), service.shutdownNow());
    subject.scene.await(interrupted);
    assertTrue(service.awaitTermination(20, S));
  }

  @OnExecutors
  void shutdownNowAfterShutdownGivesBackTheRest(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    service.execute(() -> {});
    service.shutdown();
    assertEquals(1, service.shutdownNow().size());
    gate.open();
    assertTrue(service.awaitTermination(20, S));
  }

  @OnExecutors
  void awaitTerminationWakesAllWhoWait(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    List<Async<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(
          subject
              .scene
              .async(() -> service.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS))
              .awaitWaiting());
    }
    service.shutdown();
    gate.open();
    waiting.forEach(each -> assertTrue(each.result()));
  }

  @OnExecutors
  void awaitTerminationIsInterruptible(Services<?> subject) {
    ExecutorService service = subject.make(1);
    Async<Boolean> waiting =
        subject.scene.async(() -> service.awaitTermination(1, TimeUnit.HOURS)).awaitWaiting();
    waiting.interrupt();
    assertInstanceOf(InterruptedException.class, waiting.thrown());
    npe(() -> service.awaitTermination(1, null));
  }

  @OnExecutors
  void terminationIsSeenAfterAllThatTheTasksDid(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(4);
    int[] boxes = new int[100];
    for (int i = 0; i < boxes.length; i++) {
      int number = i;
      service.execute(() -> boxes[number] = 1);
    }
    service.shutdown();
    assertTrue(service.awaitTermination(20, S));
    assertEquals(100, IntStream.of(boxes).sum());
  }

  @OnExecutors
  void aTaskMayShutItsServiceDown(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    service.execute(service::shutdown);
    assertTrue(service.awaitTermination(20, S));
  }

  @OnExecutors
  void aTaskThatIsCancelledAfterShutdownHoldsNobodyUp(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(1);
    Gate gate = occupy(service);
    Future<?> future = service.submit(() -> {});
    service.shutdown();
    assertTrue(future.cancel(false));
    gate.open();
    assertTrue(service.awaitTermination(20, S));
  }

  @OnExecutorsThatDropNothing
  void submittersThatRaceWithShutdownAreServedOrRejected(Services<?> subject) throws Exception {
    ExecutorService service = subject.make(2);
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch some = new CountDownLatch(50);
    List<Async<Integer>> submitters = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      submitters.add(
          subject.scene.async(
              () -> {
                int accepted = 0;
                try {
                  for (int i = 0; i < 10_000; i++) {
                    service.execute(ran::incrementAndGet);
                    accepted++;
                    some.countDown();
                  }
                } catch (RejectedExecutionException e) {
                  return accepted;
                }
                return accepted;
              }));
    }
    subject.scene.await(some);
    service.shutdown();
    int accepted = submitters.stream().mapToInt(Async::result).sum();
    assertTrue(service.awaitTermination(20, S));
    assertEquals(accepted, ran.get());
  }
}
