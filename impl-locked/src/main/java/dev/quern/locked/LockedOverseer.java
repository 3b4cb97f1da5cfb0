// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.CannotStartThreadException;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of a pool that starts workers (rules P3, P10), and that sees the last of them off
 * when the pool is closed. Thread factories are users' code: they run here, with no lock held.
 */
final class LockedOverseer implements Runnable {
  static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LockedThreadPool pool;

  /** Whether starting fails at the moment, so that it is logged once. Of this thread only. */
  private boolean outage;

  LockedOverseer(LockedThreadPool pool) {
    this.pool = pool;
  }

  @Override
  public void run() {
    // A pool that broke starts no worker any more, so the second round only waits for its close.
    while (!supervise()) {}
    pool.ended();
  }

  /** Until the pool is closed and empty. False if an error cut it short. */
  private boolean supervise() {
    try {
      for (LockedWorker worker; (worker = pool.staff.awaitNeed()) != null; ) {
        start(worker);
      }
      return true;
    } catch (Throwable broken) {
      pool.broke(broken);
      return false;
    }
  }

  private void start(LockedWorker worker) {
    boolean settled = false;
    try {
      pool.staff.startThread(worker);
      settled = true;
      outage = false;
    } catch (CannotStartThreadException | RuntimeException failed) {
      settled = true;
      if (!outage) {
        outage = true;
        pool.log("no worker can be started, trying again each second", failed);
      }
      pool.staff.notStarted(worker);
      pool.staff.pauseOverseer(RETRY_NANOS);
    } finally {
      if (!settled) {
        pool.staff.notStarted(worker);
      }
    }
  }
}
