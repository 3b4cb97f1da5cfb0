// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.Action;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting in tests: for something that has to come, and for a thread to have begun to wait. */
final class Patience {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

  private Patience() {}

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(LIMIT, TimeUnit.NANOSECONDS), "never came");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void await(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > LIMIT) {
        fail("never came");
      }
      LockSupport.parkNanos(100_000);
    }
  }

  static boolean idles(Thread thread) {
    return thread.getName().contains("worker") && thread.getState() == Thread.State.TIMED_WAITING;
  }

  static void awaitBlocked(Thread thread) {
    await(
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }

  /** A thread that runs code; {@link Running#join} throws what it threw. */
  static Running start(Action code) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              code.run();
              return null;
            });
    Thread thread = new Thread(task, "test");
    thread.setDaemon(true);
    thread.start();
    return new Running(thread, task);
  }

  record Running(Thread thread, FutureTask<Void> task) {
    void join() throws Exception {
      task.get(LIMIT, TimeUnit.NANOSECONDS);
    }
  }
}
