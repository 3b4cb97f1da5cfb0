// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.threads.EnhancedQueueExecutor;

/** A pool to be measured. One is made in a fork, so that calls have one receiver. */
interface PoolContender extends AutoCloseable {
  /** What submits that body; made once, as far as the pool has such a thing. */
  Submit job(String name, Runnable body);

  @Override
  void close();

  /** Has a body run once more. */
  interface Submit {
    void submit();
  }

  /** By the name of the parameter. */
  static PoolContender of(String contender, int workers) {
    return switch (contender) {
      case "tpe" ->
          new Executor(
              new ThreadPoolExecutor(
                  workers, workers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
      case "fjp" -> new Executor(forkJoin(workers, false));
      case "fjp-async" -> new Executor(forkJoin(workers, true));
      case "eqe" ->
          new Executor(
              new EnhancedQueueExecutor.Builder()
                  .setCorePoolSize(workers)
                  .setMaximumPoolSize(workers)
                  .build());
      case "virtual" -> new Executor(virtual());
      default -> new Ours(contender, workers);
    };
  }

  private static ForkJoinPool forkJoin(int workers, boolean async) {
    return new ForkJoinPool(workers, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, async);
  }

  /** As many threads as jobs, on the carriers that the virtual machine has. */
  private static ExecutorService virtual() {
    try {
      return (ExecutorService)
          java.util.concurrent.Executors.class
              .getMethod("newVirtualThreadPerTaskExecutor")
              .invoke(null);
    } catch (NoSuchMethodException before21) {
      throw new UnsupportedOperationException("virtual threads need JDK 21 or newer", before21);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whatever is an executor of the JDK's kind. */
  final class Executor implements PoolContender {
    private final ExecutorService executor;

    Executor(ExecutorService executor) {
      this.executor = executor;
    }

    @Override
    public Submit job(String name, Runnable body) {
      return () -> executor.execute(body);
    }

    @Override
    public void close() {
      executor.shutdown();
    }
  }

  /** A pool of a provider's. */
  final class Ours implements PoolContender {
    private final Quern quern;
    private final ThreadPool pool;

    Ours(String provider, int workers) {
      quern = Bench.open(provider);
      pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(workers));
    }

    @Override
    public Submit job(String name, Runnable body) {
      Job job = pool.newJob(name, body::run);
      return () -> {
        if (job.submit() != Submission.QUEUED) {
          throw new IllegalStateException("not a run more: " + job);
        }
      };
    }

    @Override
    public void close() {
      quern.close();
    }
  }
}
