// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.locked.WorkState.State;

/**
 * Numbers the runs of one item, so that whoever waits for a run is not misled by those that follow.
 *
 * <p>Each accepted run gets the next number, and keeps it when it is moved. It is over when it is
 * neither the pending nor the current one: it has ended, or was taken away. Guarded by the queue's
 * lock.
 */
final class WorkRuns {
  private long last;
  private long pending; // 0 for none
  private long current; // 0 for none

  /** Follows a step of the state. Returns whether a run is over now. */
  boolean follow(State old, State now) {
    boolean begun = !old.isRunning() && now.isRunning();
    boolean ended = old.isRunning() && !now.isRunning();
    boolean removed = old.isPending() && !now.isPending() && !begun;
    if (ended) {
      current = 0;
    }
    if (begun) {
      current = pending;
    }
    if (begun || removed) {
      pending = 0;
    }
    if (!old.isPending() && now.isPending()) {
      pending = ++last;
    }
    return ended || removed;
  }

  /** The run that goes on, or 0. */
  long current() {
    return current;
  }

  /** The run that serves the last submission, or 0. */
  long latest() {
    return pending != 0 ? pending : current;
  }

  boolean isOver(long run) {
    return run == 0 || (run != pending && run != current);
  }
}
