// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Cancellation;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source again and again, with jitter. Once stopped, it is not being read and will not be.
 */
public final class PeriodicRefresh<T> {
  private final Work refresh;
  private volatile @Nullable T value;

  public PeriodicRefresh(WorkQueue queue, Callable<T> source, Duration period) {
    refresh =
        queue.newWork(
            "refresh",
            self -> {
              self.schedule(jitter(period)); // first, so that a failure doesn't end the series
              T fresh = source.call();
              if (!self.isCancelling()) {
                value = fresh;
              }
            });
    refresh.submit();
  }

  /** The latest value; null before the first. */
  public @Nullable T value() {
    return value;
  }

  /**
   * Returns whether the source is at rest for good; false: it still hangs, but will not be read
   * again.
   */
  public boolean stop(Duration limit) throws InterruptedException {
    return refresh.cancelAndWait(limit) != Cancellation.TIMED_OUT;
  }

  private static Duration jitter(Duration period) {
    return period.multipliedBy(ThreadLocalRandom.current().nextLong(80, 121)).dividedBy(100);
  }
}
