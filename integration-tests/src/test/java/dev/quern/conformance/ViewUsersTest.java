// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.ThreadPool;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ConcurrentTaskScheduler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Those for whom the views are made accept them. */
class ViewUsersTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Conformance
  @Rule("P14")
  void completableFutureRunsItsStagesOnAPool(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    ExecutorService executor = pool.asExecutorService();
    CompletableFuture<String> future =
        CompletableFuture.supplyAsync(() -> 20, executor)
            .thenCombineAsync(CompletableFuture.supplyAsync(() -> 22, executor), Integer::sum)
            .thenApplyAsync(sum -> sum + " on " + isInAJob(scene), executor);
    assertEquals("42 on true", future.get(20, TimeUnit.SECONDS));
    CountDownLatch ran = new CountDownLatch(1);
    CompletableFuture.runAsync(ran::countDown, executor).get(20, TimeUnit.SECONDS);
    executor.shutdown();
    assertThrows(
        RejectedExecutionException.class, () -> CompletableFuture.runAsync(() -> {}, executor));
  }

  private static boolean isInAJob(Scene scene) {
    return scene.quern().currentJob().isPresent();
  }

  @Conformance
  @Rule({"P14", "W19"})
  void aCompletionServiceWorksOnEither(Scene scene) throws Exception {
    List<ExecutorService> executors =
        List.of(
            scene.quern().threadPool("pool").asExecutorService(),
            scene.quern().newWorkQueue("works").asScheduledExecutorService());
    for (ExecutorService executor : executors) {
      ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(executor);
      IntStream.range(0, 50).forEach(i -> service.submit(() -> i));
      int sum = 0;
      for (int i = 0; i < 50; i++) {
        sum += service.take().get();
      }
      assertEquals(50 * 49 / 2, sum);
    }
  }

  @Conformance
  @Rule("P14")
  void springsTaskExecutorTakesAPool(Scene scene) throws Exception {
    ExecutorService executor = scene.quern().threadPool("pool").asExecutorService();
    ConcurrentTaskExecutor spring = new ConcurrentTaskExecutor(executor);
    Future<Boolean> future = spring.submit(() -> isInAJob(scene));
    assertTrue(future.get(20, TimeUnit.SECONDS));
    CountDownLatch ran = new CountDownLatch(1);
    spring.execute(ran::countDown);
    scene.await(ran);
    executor.shutdown();
    assertThrows(TaskRejectedException.class, () -> spring.execute(() -> {}));
  }

  @Conformance
  @Rule("W19")
  void springsTaskSchedulerTakesAWorkQueue(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue("works");
    ScheduledExecutorService view = queue.asScheduledExecutorService();
    ConcurrentTaskScheduler spring = new ConcurrentTaskScheduler(view);
    CountDownLatch three = new CountDownLatch(3);
    ScheduledFuture<?> series = spring.scheduleAtFixedRate(three::countDown, Duration.ofMillis(1));
    scene.await(three);
    series.cancel(true);
    CountDownLatch once = new CountDownLatch(1);
    spring.schedule(once::countDown, Instant.now().plusMillis(1));
    scene.await(once);
    CountDownLatch delayed = new CountDownLatch(2);
    spring.scheduleWithFixedDelay(delayed::countDown, Duration.ofMillis(1));
    scene.await(delayed);
    view.shutdownNow();
    assertThrows(TaskRejectedException.class, () -> spring.schedule(() -> {}, Instant.now()));
    assertFalse(queue.isClosed());
  }

  @Conformance
  @Rule({"P14", "W19"})
  void reactorsSchedulersTakeEither(Scene scene) {
    ExecutorService executor = scene.quern().threadPool("pool").asExecutorService();
    Scheduler pooled = Schedulers.fromExecutorService(executor, "pool");
    List<Integer> squares =
        Flux.range(0, 100)
            .publishOn(pooled)
            .map(i -> isInAJob(scene) ? i * i : -1)
            .collectList()
            .block(LIMIT);
    assertEquals(IntStream.range(0, 100).map(i -> i * i).boxed().toList(), squares);
    WorkQueue queue = scene.quern().newWorkQueue("works");
    Scheduler timed = Schedulers.fromExecutorService(queue.asScheduledExecutorService(), "works");
    assertEquals(
        List.of(0L, 1L, 2L),
        Flux.interval(Duration.ofMillis(1), timed).take(3).collectList().block(LIMIT));
    assertEquals("late", Mono.delay(Duration.ofMillis(1), timed).map(any -> "late").block(LIMIT));
    pooled.dispose();
    timed.dispose();
    assertTrue(executor.isShutdown());
    assertFalse(queue.isClosed());
  }

  /** One that needs no more than a BlockingQueue's contract, and all of that. */
  @Conformance
  @Rule("Q15")
  void aThreadPoolExecutorTakesAQueue(Scene scene) throws Exception {
    for (Queue<Runnable> queue :
        List.of(
            scene.quern().<Runnable>newQueue(QueueSpec.unbounded("unbounded")),
            scene.quern().<Runnable>newQueue(QueueSpec.bounded("b", 64).producersWait(true)))) {
      BlockingQueue<Runnable> view = queue.asBlockingQueue();
      ThreadPoolExecutor executor = new ThreadPoolExecutor(3, 3, 1, TimeUnit.SECONDS, view);
      List<Callable<Integer>> tasks =
          IntStream.range(0, 60).<Callable<Integer>>mapToObj(i -> () -> i).toList();
      int sum = 0;
      for (Future<Integer> future : executor.invokeAll(tasks)) {
        sum += future.get();
      }
      assertEquals(60 * 59 / 2, sum);
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch busy = new CountDownLatch(3);
      for (int i = 0; i < 3; i++) {
        executor.execute(
            () -> {
              busy.countDown();
              scene.await(held);
            });
      }
      scene.await(busy);
      Runnable waiting = () -> {};
      executor.execute(waiting);
      assertTrue(executor.remove(waiting));
      executor.execute(waiting);
      executor.shutdown();
      held.countDown();
      assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
      assertEquals(0, queue.size());
      assertNotEquals(0, executor.getCompletedTaskCount());
    }
  }
}
