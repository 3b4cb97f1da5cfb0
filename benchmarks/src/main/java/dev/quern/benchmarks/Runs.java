// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.threads.EnhancedQueueExecutor;

/**
 * What has one body run as often as it is submitted, one run at a time. One is made in a fork, so
 * that its calls are monomorphic.
 */
interface Runs extends AutoCloseable {
  /** As many may be under way at once. */
  int MOST = 1024;

  /** Submits the one of that number, modulo MOST, where there are several. */
  void submit(int number);

  @Override
  void close();

  /** The one of that name; of ours the items are made once. */
  static Runs of(String contender, Runnable body) {
    return switch (contender) {
      case "tpe" -> tpe(body);
      case "eqe" -> eqe(body);
      case "lockfree-pool", "locked-pool" -> jobs(contender, body);
      default -> works(contender, body, WorkQueueSpec.named("queue").maxActive(1));
    };
  }

  static Runs tpe(Runnable body) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Daemons::thread);
    executor.prestartAllCoreThreads();
    return new OfExecutor(executor, body);
  }

  static Runs eqe(Runnable body) {
    return new OfExecutor(
        new EnhancedQueueExecutor.Builder()
            .setCorePoolSize(1)
            .setMaximumPoolSize(1)
            .setRegisterMBean(false)
            .setThreadFactory(Daemons::thread)
            .build(),
        body);
  }

  static Runs works(String contender, Runnable body, WorkQueueSpec spec) {
    Quern quern = Bench.open(contender);
    spec.pool().ifPresent(pool -> quern.threadPool(ThreadPoolSpec.named(pool).maxThreads(1)));
    Work[] works = new Work[MOST];
    var queue = quern.newWorkQueue(spec);
    for (int i = 0; i < MOST; i++) {
      works[i] = queue.newWork("work", body::run);
    }
    return new OfWorks(quern, works);
  }

  static Runs jobs(String contender, Runnable body) {
    Quern quern = Bench.open(contender);
    Job[] jobs = new Job[MOST];
    var pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    for (int i = 0; i < MOST; i++) {
      jobs[i] = pool.newJob("job", body::run);
    }
    return new OfJobs(quern, jobs);
  }

  /** Of one of our work queues. */
  record OfWorks(Quern quern, Work[] works) implements Runs {
    @Override
    public void submit(int number) {
      works[number & (MOST - 1)].submit();
    }

    @Override
    public void close() {
      quern.close();
    }
  }

  /** Of one of our pools. */
  record OfJobs(Quern quern, Job[] jobs) implements Runs {
    @Override
    public void submit(int number) {
      jobs[number & (MOST - 1)].submit();
    }

    @Override
    public void close() {
      quern.close();
    }
  }

  /** Of a neighbour's. */
  record OfExecutor(ExecutorService executor, Runnable body) implements Runs {
    @Override
    public void submit(int number) {
      executor.execute(body);
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }
}
