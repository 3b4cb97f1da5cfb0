// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.ClosedException;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the items' states: whether the queue takes submissions at all, and whether its
 * items may begin. It is open, or drained (rule W10), or closing (W22), or broken (G17); and it may
 * be paused (W25). Guarded by the queue's lock.
 */
final class WorkGate {
  private int drains; // in progress
  private long instants; // how often one instant ended all drains
  private int pauses; // that no resume has taken back
  private boolean closing;
  private @Nullable Throwable broken;

  /**
   * Whether a submission is refused, whatever the item's state.
   *
   * @param caller the item of this queue inside of which it is made, if any
   * @throws ClosedException if queue or item is closed, or the queue broken
   */
  boolean refuses(LockedWork work, @Nullable LockedWork caller) {
    if (broken != null) {
      throw new ClosedException(work + ": broken by " + broken, broken);
    }
    if (closing && caller == null) {
      requireOpen(work.toString());
    }
    if (work.closed && caller != work && !closing) {
      throw new ClosedException(work + ": closed");
    }
    return closing || work.closed || (drains > 0 && caller == null);
  }

  /** A queue that is broken may still be asked for items: it is their submissions that throw. */
  void requireOpen(String what) {
    if (closing) {
      throw new ClosedException(what + ": the queue is closed");
    }
  }

  boolean isClosing() {
    return closing;
  }

  /** Ends every pause. Whether there was one. */
  boolean close() {
    boolean paused = pauses > 0;
    closing = true;
    pauses = 0;
    return paused;
  }

  void pause() {
    if (!closing) {
      pauses++;
    }
  }

  /** False if there is none to take back. After close there is nothing to say. */
  boolean resume() {
    if (!closing) {
      if (pauses == 0) {
        return false;
      }
      pauses--;
    }
    return true;
  }

  boolean isPaused() {
    return pauses > 0;
  }

  boolean isBroken() {
    return broken != null;
  }

  void breakWith(Throwable error) {
    broken = error;
  }

  /** Begins a drain; it is over when {@link #isDrained} says so of what is returned. */
  long beginDrain() {
    drains++;
    return instants;
  }

  boolean isDrained(long drain) {
    return instants != drain;
  }

  /** Its caller gave up. */
  void withdraw(long drain) {
    if (!isDrained(drain)) {
      drains--;
    }
  }

  /** Nothing is queued or running at this instant: it ends all drains. Whether there were any. */
  boolean endDrains() {
    if (drains == 0) {
      return false;
    }
    drains = 0;
    instants++;
    return true;
  }
}
