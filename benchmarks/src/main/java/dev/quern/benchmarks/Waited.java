// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.threads.EnhancedQueueExecutor;

/** What is submitted and waited for. One is made in a fork, so that its calls are monomorphic. */
interface Waited extends AutoCloseable {
  void submitAndWait() throws Exception;

  @Override
  void close();

  /** The one of that name, with one worker. */
  static Waited of(String contender) {
    return switch (contender) {
      case "tpe" ->
          new OfExecutor(
              new ThreadPoolExecutor(
                  1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Daemons::thread));
      case "eqe" ->
          new OfExecutor(
              new EnhancedQueueExecutor.Builder()
                  .setCorePoolSize(1)
                  .setMaximumPoolSize(1)
                  .setRegisterMBean(false)
                  .setThreadFactory(Daemons::thread)
                  .build());
      default -> OfWork.open(contender);
    };
  }

  /** Ours. */
  record OfWork(Quern quern, Work work) implements Waited {
    static OfWork open(String contender) {
      Quern quern = Bench.open(contender);
      var queue = quern.newWorkQueue(WorkQueueSpec.named("queue").maxActive(1));
      return new OfWork(quern, queue.newWork("work", () -> {}));
    }

    @Override
    public void submitAndWait() throws InterruptedException {
      work.submit();
      work.flush();
    }

    @Override
    public void close() {
      quern.close();
    }
  }

  /** A neighbour's. */
  record OfExecutor(ExecutorService executor) implements Waited {
    private static final Runnable NOTHING = () -> {};

    @Override
    public void submitAndWait() throws Exception {
      executor.submit(NOTHING).get();
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }
}
