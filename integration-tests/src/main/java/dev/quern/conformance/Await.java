// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for what has to come, with a limit after which the test fails. The limit is no property
 * of anything: it only turns a hang into a failure.
 */
final class Await {
  static final Duration LIMIT = Duration.ofSeconds(10);

  /** For what must not come: a look that lasts long enough for a wrong provider to show itself. */
  static final Duration GLANCE = Duration.ofMillis(15);

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never came: " + what);
      }
      LockSupport.parkNanos(50_000);
    }
  }

  static void latch(String what, CountDownLatch latch) throws InterruptedException {
    if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("never came: " + what);
    }
  }

  static <T extends @Nullable Object> T result(Future<T> future) throws Exception {
    try {
      return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the call did not end", e);
    } catch (ExecutionException e) {
      throw new AssertionError("the call threw " + e.getCause(), e.getCause());
    }
  }

  /** What the call threw. */
  static Throwable thrown(Future<?> future) throws Exception {
    try {
      Object result = future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      throw new AssertionError("the call returned " + result + " where it had to throw");
    } catch (TimeoutException e) {
      throw new AssertionError("the call did not end", e);
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
