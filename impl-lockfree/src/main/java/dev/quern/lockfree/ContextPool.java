// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.spi.Host;
import dev.quern.spi.Pool;
import org.jspecify.annotations.Nullable;

/**
 * Where a context hands over to (rule T9): the pool that it names, lent when the context is made,
 * so that errors show there; else the runtime's own, lent at the first hand-over.
 */
final class ContextPool {
  private final Host host;
  private final String context;
  private final Action takeOver;
  private volatile @Nullable Pool pool; // written by the constructor, then by the owner
  private volatile @Nullable Job job; // written by the owner

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

  /** Owner, before it hands over. False if there is no pool to be had. */
  boolean prepare() {
    if (job != null) {
      return true;
    }
    try {
      Pool lent = pool;
      if (lent == null) {
        lent = host.lendPool(null);
        pool = lent;
      }
      job = lent.newJob(context, takeOver);
      return true;
    } catch (IllegalStateException noneToBeHad) {
      return false;
    }
  }

  /**
   * Asks for the job, once more if it was asked for already, which does no harm. False if it will
   * not run: the pool is closed, or an error broke it.
   */
  boolean submit() {
    Job ours = job;
    try {
      return ours != null && ours.submit() != Submission.REFUSED;
    } catch (IllegalStateException closedOrBroken) {
      return false;
    }
  }

  /** Gives back what was lent. Called once, when nobody is inside any more. */
  void release() {
    try {
      Job ours = job;
      if (ours != null) {
        ours.close();
      }
    } catch (MisuseException insideTheOnlyWorker) {
      // The job is idle, nothing refers to it, and to wait for its last body is not possible here.
      job = null;
    }
    Pool lent = pool;
    if (lent != null) {
      lent.close();
    }
  }
}
