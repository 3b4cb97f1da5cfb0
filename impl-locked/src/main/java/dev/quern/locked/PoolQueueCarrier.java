// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Job;
import dev.quern.spi.Host;
import dev.quern.spi.Pool;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job of a pool, submitted while there is work. A drain that leaves work submits it again from
 * inside, so the worker goes round by the pool's own order.
 */
final class PoolQueueCarrier implements QueueCarrier {
  private final Host host;
  private final LockedDaemonQueue<?> queue;
  private final String poolName;
  private @Nullable Pool pool; // set by start, before the queue is shown to anyone
  private @Nullable Job job; // likewise

  PoolQueueCarrier(Host host, LockedDaemonQueue<?> queue, String poolName) {
    this.host = host;
    this.queue = queue;
    this.poolName = poolName;
  }

  @Override
  public void start() {
    Pool lent = host.lendPool(poolName);
    try {
      job = lent.newJob(queue.name(), queue::drainOnce);
    } catch (RuntimeException | Error failure) {
      lent.close();
      throw failure;
    }
    pool = lent;
  }

  @Override
  public boolean wake() {
    try {
      job().submit();
      return false;
    } catch (RuntimeException refused) { // only a broken pool can: we still have our handle of it
      throw new AssertionError(queue.label() + ": no drain to be had from its pool", refused);
    }
  }

  @Override
  public void withdraw() {
    job().cancel();
  }

  @Override
  public void dismiss() {
    // nothing waits for another drain
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
  public boolean awaitGone(QueueDeadline deadline) throws InterruptedException {
    if (deadline.isPatient()) {
      job().close();
      return true;
    }
    return job().close(deadline.remaining()).isEmpty();
  }

  @Override
  public boolean holdsCaller() {
    return Objects.requireNonNull(pool).holdsCaller();
  }

  private Job job() {
    return Objects.requireNonNull(job);
  }
}
