// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import org.jspecify.annotations.Nullable;

/**
 * Whether a daemon queue's drainer may and must run (rules D3 to D8, D13). A plain record of facts:
 * every method but {@link #isDrainer} is called with the queue's lock held, and is one step.
 *
 * <pre>
 *   fact      set by      cleared by            while it is set
 *   inactive  new         activate, close       items are kept, no drain begins
 *   paused    pause (n)   resume (n), close     the batch in progress ends, no drain begins
 *   owed      wake        beginDrain, withdraw  the carrier was asked for a drain, which has not begun
 *   drainer   beginDrain  endDrain              that thread owns the consumer's side
 *
 *   phase     entered by                        what it means
 *   OPEN      new                               items are accepted
 *   CLOSING   close                             none are accepted, what is pending is handled
 *   DRAINED   drained                           the handler never runs again
 *   ENDED     ended                             thread, job or place with the target is given back
 * </pre>
 *
 * <p>wake says yes only if no drain is owed or going on, so wake-ups coalesce. None is lost: an
 * append that finds a drainer leaves it to endDrain's caller, who asks wake again in the critical
 * section in which the drainer leaves.
 */
final class DaemonQueueState {
  enum Phase {
    OPEN,
    CLOSING,
    DRAINED,
    ENDED
  }

  private Phase phase = Phase.OPEN;
  private boolean inactive;
  private int pauses;
  private boolean owed;
  private boolean released;
  private long drains;
  private volatile @Nullable Thread drainer;

  DaemonQueueState(boolean inactive) {
    this.inactive = inactive;
  }

  /** Whether the caller must ask the carrier for a drain. */
  boolean wake(boolean pending) {
    if (!pending || owed || drainer != null || isHeld() || isOver()) {
      return false;
    }
    owed = true;
    return true;
  }

  /** Takes back what wake said; the caller tells the carrier. False if no drain was owed. */
  boolean withdraw() {
    boolean was = owed;
    owed = false;
    return was;
  }

  /** The carrier's thread, before the first item. False if no drain is owed any more. */
  boolean beginDrain() {
    if (!owed) {
      return false;
    }
    assert drainer == null : "two drainers";
    owed = false;
    drainer = Thread.currentThread();
    return true;
  }

  void endDrain() {
    assert drainer == Thread.currentThread() : "not the drainer";
    drainer = null;
    drains++;
  }

  void activate() {
    inactive = false;
  }

  void pause() {
    if (phase == Phase.OPEN) {
      pauses++;
    }
  }

  /** False if there was no pause to end. After close there is nothing to say. */
  boolean resume() {
    if (phase != Phase.OPEN) {
      return true;
    }
    if (pauses == 0) {
      return false;
    }
    pauses--;
    return true;
  }

  /** Ends every pause and activates, so that nothing accepted is lost. */
  void close() {
    if (phase == Phase.OPEN) {
      phase = Phase.CLOSING;
      inactive = false;
      pauses = 0;
    }
  }

  void drained() {
    assert phase == Phase.CLOSING && drainer == null : "drained in " + phase;
    phase = Phase.DRAINED;
  }

  /** Elects the one who gives everything back. */
  boolean claimRelease() {
    boolean mine = phase == Phase.DRAINED && !released;
    released |= mine;
    return mine;
  }

  void ended() {
    phase = Phase.ENDED;
  }

  /** Inactive or paused. */
  boolean isHeld() {
    return inactive || pauses > 0;
  }

  boolean isClosing() {
    return phase == Phase.CLOSING;
  }

  /** Whether the handler never runs again. */
  boolean isOver() {
    return phase.compareTo(Phase.DRAINED) >= 0;
  }

  boolean isEnded() {
    return phase == Phase.ENDED;
  }

  boolean isDraining() {
    return drainer != null;
  }

  /** Any thread: whether it is the one that drains now. */
  boolean isDrainer() {
    return drainer == Thread.currentThread();
  }

  @Nullable Thread drainer() {
    return drainer;
  }

  /** How many drains have ended. */
  long drains() {
    return drains;
  }

  @Override
  public String toString() {
    if (phase != Phase.OPEN) {
      return phase == Phase.CLOSING ? "closing" : "closed";
    }
    return inactive ? "inactive" : pauses > 0 ? "paused" : drainer != null ? "draining" : "idle";
  }
}
