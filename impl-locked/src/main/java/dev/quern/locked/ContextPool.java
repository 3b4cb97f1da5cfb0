// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.spi.Host;
import dev.quern.spi.Pool;
import org.jspecify.annotations.Nullable;

/**
 * Where a context hands over to (rule T9): the pool that it names, lent when it is made, so that
 * errors show there; else the runtime's own, lent at the first hand-over.
 */
final class ContextPool {
  private final Host host;
  private final String context;
  private final Action takeOver;
  private volatile @Nullable Pool pool; // written by the constructor, or by a runner
  private @Nullable Job job; // of the runner, or of who releases

  ContextPool(Host host, String context, @Nullable String named, Action takeOver) {
    this.host = host;
    this.context = context;
    this.takeOver = takeOver;
    this.pool = named == null ? null : host.lendPool(named);
  }

  /** Whether the caller is in the only worker that a hand-over could run on (rule G6). */
  boolean holdsCaller() {
    Pool lent = pool;
    return lent != null && lent.holdsCaller();
  }

  /** The job that takes over; null if there is no pool to be had. Called by the runner. */
  @Nullable Job job() {
    if (job == null) {
      try {
        Pool lent = pool;
        if (lent == null) {
          lent = host.lendPool(null);
          pool = lent;
        }
        job = lent.newJob(context, takeOver);
      } catch (RuntimeException noneToBeHad) {
        return null;
      }
    }
    return job;
  }

  /** Gives back what was lent. Called once, when nobody is inside any more. */
  void release() {
    try {
      if (job != null) {
        job.close();
      }
    } catch (MisuseException insideTheOnlyWorker) {
      // The job is idle, nothing refers to it, and waiting for its last body is not possible here.
      job = null;
    }
    Pool lent = pool;
    if (lent != null) {
      lent.close();
    }
  }
}
