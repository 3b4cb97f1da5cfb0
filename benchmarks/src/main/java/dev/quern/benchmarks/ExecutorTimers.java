// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.threads.EnhancedQueueExecutor;

/** The JDK's scheduler, or that of JBoss; each with one thread. They take delays only. */
final class ExecutorTimers implements Timers {
  private static final Runnable NOTHING = () -> {};

  private final ScheduledExecutorService executor;
  private Runnable[] made = {};

  private ExecutorTimers(ScheduledExecutorService executor) {
    this.executor = executor;
  }

  /** It lets go of what was cancelled: else an hour's cancelled ones would stay. */
  static Timers stpe() {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, Daemons::thread);
    executor.setRemoveOnCancelPolicy(true);
    executor.prestartAllCoreThreads();
    return new ExecutorTimers(executor);
  }

  static Timers eqe() {
    return new ExecutorTimers(
        new EnhancedQueueExecutor.Builder()
            .setCorePoolSize(1)
            .setMaximumPoolSize(1)
            .setRegisterMBean(false)
            .setThreadFactory(Daemons::thread)
            .build());
  }

  @Override
  public void hold(int outstanding) {
    for (int i = 0; i < outstanding; i++) {
      executor.schedule(NOTHING, Timers.outstanding(i, outstanding), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public Object scheduleCancel() {
    Future<?> started = executor.schedule(NOTHING, FAR_NANOS, TimeUnit.NANOSECONDS);
    return started.cancel(false);
  }

  @Override
  public void make(Runnable[] bodies) {
    made = bodies;
  }

  @Override
  public void arm(long[] deadlines) {
    for (int i = 0; i < deadlines.length; i++) {
      executor.schedule(made[i], deadlines[i] - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
