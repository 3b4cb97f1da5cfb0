// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.Failure;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A pool as an ExecutorService (P14): all of its contract, and the view ends alone. */
public class ExecutorViewRules {
  private static final ThreadPoolSpec ONE = ThreadPoolSpec.named("pool").maxThreads(1);

  /** For JUnit. */
  public ExecutorViewRules() {}

  private static Gate holdUp(ExecutorService executor) throws InterruptedException {
    Gate gate = new Gate();
    executor.execute(() -> pass(gate));
    gate.awaitReached();
    return gate;
  }

  private static void pass(Gate gate) {
    try {
      gate.pass();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private static void shutDown(Scene scene, ExecutorService executor) {
    executor.shutdown();
    assertTrue(scene.async(() -> executor.awaitTermination(20, TimeUnit.SECONDS)).result());
    assertTrue(executor.isTerminated());
  }

  @Conformance
  @Rule({"P14", "G2", "P3"})
  void everyTaskRunsOnceAndASingleWorkerKeepsTheirOrder(Scene scene) {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    List<Integer> ran = new ArrayList<>(); // plain: what comes first is seen by what follows
    int count = scene.times(1000);
    for (int i = 0; i < count; i++) {
      int number = i;
      executor.execute(() -> ran.add(number));
    }
    shutDown(scene, executor);
    assertEquals(IntStream.range(0, count).boxed().toList(), ran);
  }

  @Conformance
  @Rule("P14")
  void manySubmittersAreServedByManyWorkers(Scene scene) {
    ExecutorService executor = scene.quern().threadPool("pool").asExecutorService();
    AtomicInteger sum = new AtomicInteger();
    int each = scene.times(500);
    List<Async<List<Future<Integer>>>> submitters = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      submitters.add(
          scene.async(
              () -> {
                List<Future<Integer>> futures = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                  int number = i;
                  executor.execute(sum::incrementAndGet);
                  futures.add(executor.submit(() -> number));
                }
                return futures;
              }));
    }
    for (Async<List<Future<Integer>>> submitter : submitters) {
      List<Future<Integer>> futures = submitter.result();
      for (int i = 0; i < each; i++) {
        Future<Integer> future = futures.get(i);
        assertEquals(i, scene.async(() -> future.get()).result());
      }
    }
    shutDown(scene, executor);
    assertEquals(3 * each, sum.get());
  }

  @Conformance
  @Rule({"P14", "P1"})
  void shuttingDownEndsTheViewAndNeitherThePoolNorAnotherView(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    ExecutorService ended = pool.asExecutorService();
    ExecutorService other = pool.asExecutorService();
    Gate gate = holdUp(ended);
    AtomicBoolean ran = new AtomicBoolean();
    ended.execute(() -> ran.set(true));
    ended.shutdown();
    assertTrue(ended.isShutdown());
    assertFalse(ended.isTerminated());
    assertFalse(ended.awaitTermination(0, TimeUnit.SECONDS));
    RejectedExecutionException rejected =
        assertThrows(RejectedExecutionException.class, () -> ended.execute(() -> {}));
    assertTrue(rejected.getMessage().contains("pool"), rejected.getMessage());
    assertFalse(pool.isClosed());
    assertFalse(other.isShutdown());
    Future<String> later = other.submit(() -> "other");
    gate.open();
    assertEquals("other", later.get());
    assertTrue(ran.get());
    scene.eventually(ended::isTerminated);
    CountDownLatch job = new CountDownLatch(1);
    pool.newJob("job", job::countDown).submit();
    scene.await(job);
    ended.shutdown();
    assertEquals(List.of(), ended.shutdownNow());
  }

  @Conformance
  @Rule("P14")
  void shutdownNowInterruptsItsOwnTasksAndReturnsThoseThatHadNotBegun(Scene scene)
      throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2));
    ExecutorService ended = pool.asExecutorService();
    ExecutorService other = pool.asExecutorService();
    Gate others = holdUp(other);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    ended.execute(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    scene.await(begun);
    AtomicInteger ran = new AtomicInteger();
    Runnable first = ran::incrementAndGet;
    ended.execute(first);
    Future<?> second = ended.submit(() -> ran.addAndGet(10));
    Future<?> third = other.submit(() -> ran.addAndGet(100));
    List<Runnable> left = ended.shutdownNow();
    assertEquals(List.of(first, second), left);
    assertSame(first, left.get(0));
    scene.await(interrupted);
    assertTrue(ended.awaitTermination(20, TimeUnit.SECONDS));
    third.get(); // by the worker that was interrupted
    assertEquals(100, ran.get());
    assertFalse(second.isDone());
    others.open();
    shutDown(scene, other);
    assertEquals(100, ran.get());
    assertEquals(0, pending(scene));
  }

  private static long pending(Scene scene) {
    return scene.quern().inspect().family(Kind.THREAD_POOL, "pool").orElseThrow().pending();
  }

  @Conformance
  @Rule({"P14", "G5"})
  void anInterruptNeverReachesTheNextTask(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    ExecutorService next = pool.asExecutorService();
    for (int round = 0; round < scene.times(50); round++) {
      ExecutorService ended = pool.asExecutorService();
      Future<?> cancelled = ended.submit(() -> {});
      ended.execute(() -> Thread.currentThread().interrupt());
      Future<Boolean> after = next.submit(() -> Thread.currentThread().isInterrupted());
      cancelled.cancel(true);
      ended.shutdownNow();
      assertFalse(after.get());
    }
  }

  @Conformance
  @Rule({"P14", "G11"})
  void aClosedHandleRejectsWithItsReasonAndItsViewsEnd(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    ThreadPool kept = scene.quern().threadPool("pool");
    ExecutorService executor = pool.asExecutorService();
    ExecutorService other = kept.asExecutorService();
    Gate gate = holdUp(other);
    Future<String> accepted = executor.submit(() -> "accepted");
    Async<?> closing =
        scene
            .async(
                () -> {
                  pool.close();
                  return true;
                })
            .awaitWaiting();
    RejectedExecutionException rejected =
        assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    assertInstanceOf(ClosedException.class, rejected.getCause());
    assertTrue(executor.isShutdown());
    gate.open();
    closing.result();
    assertEquals("accepted", accepted.get());
    assertTrue(executor.isTerminated());
    assertThrows(ClosedException.class, pool::asExecutorService);
    assertEquals("kept", other.submit(() -> "kept").get());
  }

  @Conformance
  @Rule({"P14", "G5"})
  void whatATaskThrowsIsReportedUnlessAFutureHoldsIt(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    List<Failure> failures = scene.failures();
    Thrower thrower = new Thrower();
    executor.execute(thrower);
    Future<?> future = executor.submit((Runnable) thrower);
    assertSame(
        thrower.thrown, assertThrows(ExecutionException.class, () -> future.get()).getCause());
    executor.submit(() -> {}).get();
    assertEquals(1, failures.size());
    Failure failure = failures.get(0);
    assertSame(thrower.thrown, failure.cause());
    assertEquals(Kind.THREAD_POOL, failure.kind());
    assertEquals("pool", failure.primitive());
    assertEquals(Thrower.class.getName(), failure.item().orElseThrow());
  }

  private static final class Thrower implements Runnable {
    private final RuntimeException thrown = new IllegalStateException("meant");

    @Override
    public void run() {
      throw thrown;
    }
  }

  @Conformance
  @Rule({"P14", "G13", "P16"})
  void aTaskHasItsOwnLoaderAndIsTheCurrentJob(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    Callable<ClassLoader> loader = () -> Thread.currentThread().getContextClassLoader();
    assertSame(loader.getClass().getClassLoader(), executor.submit(loader).get());
    Callable<String> current = () -> scene.quern().currentJob().map(Job::name).orElseThrow();
    assertEquals(current.getClass().getName().split("/")[0], executor.submit(current).get());
  }

  @Conformance
  @Rule({"G9", "P14"})
  void aTaskThatIsCancelledBeforeItBeganLeavesThePool(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    ExecutorService executor = pool.asExecutorService();
    Gate gate = holdUp(executor);
    WeakReference<Object> cancelled = cancelOne(executor);
    assertEquals(0, pending(scene));
    scene.eventuallyCollected("the cancelled task", cancelled);
    gate.open();
    shutDown(scene, executor);
  }

  private static WeakReference<Object> cancelOne(ExecutorService executor) {
    Object payload = new Object();
    Future<?> future = executor.submit(payload::hashCode);
    assertTrue(future.cancel(false));
    return new WeakReference<>(payload);
  }

  @Conformance
  @Rule("P14")
  void cancelInterruptsARunningTask(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Future<?> future =
        executor.submit(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            });
    scene.await(begun);
    assertTrue(future.cancel(true));
    scene.await(interrupted);
    assertThrows(CancellationException.class, future::get);
    shutDown(scene, executor);
  }

  @Conformance
  @Rule("P14")
  void invokeAllCancelsWhatIsNotDoneInTime(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    Gate gate = new Gate();
    AtomicInteger later = new AtomicInteger();
    List<Callable<Integer>> tasks =
        List.of(
            () -> {
              gate.passUninterruptibly(); // or the last one might begin between the two cancels
              return 1;
            },
            later::incrementAndGet);
    List<Future<Integer>> futures = executor.invokeAll(tasks, 30, TimeUnit.MILLISECONDS);
    assertTrue(futures.get(0).isCancelled());
    assertTrue(futures.get(1).isCancelled());
    gate.open();
    assertEquals(3, executor.invokeAll(List.of(() -> 3)).get(0).get());
    assertEquals(0, later.get());
  }

  @Conformance
  @Rule("P14")
  void invokeAnyReturnsAResultAndCancelsTheRest(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool("pool").asExecutorService();
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    List<Callable<String>> tasks =
        List.of(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return "never";
            },
            () -> {
              begun.await();
              throw new IllegalStateException("meant");
            },
            () -> {
              begun.await();
              return "found";
            });
    assertEquals("found", executor.invokeAny(tasks));
    scene.await(interrupted);
    List<Callable<String>> hopeless =
        List.of(
            () -> {
              throw new IllegalStateException("meant");
            });
    assertThrows(ExecutionException.class, () -> executor.invokeAny(hopeless));
  }

  @Conformance
  @Rule({"P14", "G4"})
  void awaitTerminationCanBeInterrupted(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    Gate gate = holdUp(executor);
    executor.shutdown();
    Async<Boolean> waiting = scene.async(() -> executor.awaitTermination(1, TimeUnit.HOURS));
    waiting.awaitWaiting().interrupt();
    assertInstanceOf(InterruptedException.class, waiting.thrown());
    Async<Boolean> patient =
        scene.async(() -> executor.awaitTermination(1, TimeUnit.HOURS)).awaitWaiting();
    gate.open();
    assertTrue(patient.result());
  }

  @Conformance
  @Rule({"P14", "G11"})
  void aTaskThatRacesWithShutdownNowRunsOrIsReturnedOrRejected(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    for (int round = 0; round < scene.times(30); round++) {
      ExecutorService executor = pool.asExecutorService();
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger rejected = new AtomicInteger();
      CountDownLatch some = new CountDownLatch(20);
      Async<?> submitter =
          scene.async(
              () -> {
                for (int i = 0; i < 200; i++) {
                  try {
                    executor.execute(ran::incrementAndGet);
                  } catch (RejectedExecutionException e) {
                    rejected.incrementAndGet();
                  }
                  some.countDown();
                }
                return true;
              });
      scene.await(some);
      List<Runnable> left = executor.shutdownNow();
      submitter.result();
      assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
      assertEquals(200, ran.get() + rejected.get() + left.size());
    }
  }

  @Conformance
  @Rule({"P14", "G1"})
  void nullIsRefused(Scene scene) {
    ExecutorService executor = scene.quern().threadPool(ONE).asExecutorService();
    assertThrows(NullPointerException.class, () -> executor.execute(Scene.nothing()));
    assertThrows(
        NullPointerException.class, () -> executor.submit(Scene.<Callable<String>>nothing()));
    assertThrows(NullPointerException.class, () -> executor.submit(Scene.<Runnable>nothing()));
    assertThrows(NullPointerException.class, () -> executor.invokeAll(Scene.nothing()));
    assertThrows(NullPointerException.class, () -> executor.awaitTermination(1, Scene.nothing()));
  }

  @Conformance
  @Rule({"P14", "G6"})
  void aTaskMayShutItsViewDownButNotCloseItsHandle(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    ExecutorService executor = pool.asExecutorService();
    Future<?> future =
        executor.submit(
            () -> {
              assertThrows(MisuseException.class, pool::close);
              executor.shutdown();
              assertFalse(executor.isTerminated());
            });
    assertNull(future.get());
    assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
    assertFalse(pool.isClosed());
  }

  @Conformance
  @Rule({"G15", "P14"})
  void aViewThatTheProgramDroppedRunsWhatItAccepted(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    List<String> ran = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    WeakReference<ExecutorService> view = dropped(pool, gate, ran);
    gate.awaitReached();
    System.gc();
    gate.open();
    scene.eventually(() -> ran.size() == 1);
    scene.eventuallyCollected("the view", view);
  }

  private static WeakReference<ExecutorService> dropped(
      ThreadPool pool, Gate gate, List<String> ran) {
    ExecutorService executor = pool.asExecutorService();
    executor.execute(() -> pass(gate));
    executor.execute(() -> ran.add("second"));
    return new WeakReference<>(executor);
  }
}
