// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Job;
import dev.quern.spi.Host;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job of a pool, submitted while there is work. A drain that leaves work submits it again from
 * inside, so the worker goes round by the pool's own order (rule D10).
 */
final class DaemonJob implements DaemonCarrier {
  private final Host host;
  private final LockfreeDaemonQueue<?> queue;
  private final DaemonState state;
  private final String poolName;
  private @Nullable Pool pool; // set by start, before the queue is shown to anyone
  private @Nullable Job job; // likewise

  DaemonJob(Host host, LockfreeDaemonQueue<?> queue, DaemonState state, String poolName) {
    this.host = host;
    this.queue = queue;
    this.state = state;
    this.poolName = poolName;
  }

  @Override
  public void start() {
    Pool lent = host.lendPool(poolName);
    try {
      job = lent.newJob(queue.name(), queue::drainOnce);
      pool = lent;
    } finally {
      if (pool == null) {
        lent.close();
      }
    }
  }

  /** The queue may have ended since the step that asked for this: then the call is dropped. */
  @Override
  public void call() {
    try {
      job().submit();
    } catch (RuntimeException refused) { // only a broken pool does: this is a handle of ours
      if (!state.isOver()) {
        throw new AssertionError(queue.label() + ": no drain to be had from its pool", refused);
      }
    }
    if (state.isOver()) {
      dismiss();
    }
  }

  /**
   * A run that still waits would hold up the job's close. One submitted before OVER is cancelled
   * here, one submitted after it by {@link #call} itself.
   */
  @Override
  public void dismiss() {
    job().cancel();
  }

  @Override
  public boolean endsItself() {
    return false;
  }

  /** From inside the body the job's close takes effect at the body's end, and waits for nothing. */
  @Override
  public void release() {
    try {
      job().close();
    } finally {
      Objects.requireNonNull(pool).close();
    }
  }

  @Override
  public boolean awaitGone(Deadline deadline) throws InterruptedException {
    if (deadline.isNever()) {
      job().close();
      return true;
    }
    return job().close(Duration.ofNanos(deadline.left())).isEmpty();
  }

  @Override
  public boolean holdsCaller() {
    return Objects.requireNonNull(pool).holdsCaller();
  }

  private Job job() {
    return Objects.requireNonNull(job);
  }
}
