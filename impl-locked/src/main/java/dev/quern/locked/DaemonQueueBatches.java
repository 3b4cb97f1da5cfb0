// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Family;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon queue's drainer has handled, and when a batch ends (rules D4, D17). Every method is
 * called with the queue's lock held.
 *
 * <pre>
 *   accepted >= taken >= settled
 *   taken    items given to the handler
 *   settled  of those, the ones whose batch has ended, batchEnd included: flush waits for these
 *   cut      what was accepted after it was taken away by closeNow: flush does not wait for it
 * </pre>
 */
final class DaemonQueueBatches {
  private final int maxBatch;
  private long taken;
  private long settled;
  private long cut = Long.MAX_VALUE;
  private int inBatch; // handled since the last end
  private boolean closeSeen;
  private boolean running; // in the handler, in batchEnd or between two calls of one batch
  private long since;
  private long completed;
  private long failed;

  DaemonQueueBatches(int maxBatch) {
    this.maxBatch = maxBatch;
  }

  /**
   * Whether the batch is over though items may wait. The first look that finds the queue closing
   * ends the batch in progress; the rest is then handled in batches as ever.
   */
  boolean isOver(DaemonQueueState state) {
    if (state.isClosing() && !closeSeen) {
      closeSeen = true;
      return inBatch > 0;
    }
    return state.isHeld() || inBatch == maxBatch;
  }

  /** An item was taken from the queue, and is about to be handled. */
  void take(long now) {
    inBatch++;
    taken++;
    running = true;
    since = now;
  }

  void ran(boolean well) {
    completed++;
    failed += well ? 0 : 1;
  }

  /** batchEnd has run. */
  void settle() {
    inBatch = 0;
    settled = taken;
  }

  /** The drain is over, and with it what may be interrupted. */
  void rest() {
    running = false;
  }

  /** What waits will not be handled. */
  void cut() {
    cut = Math.min(cut, taken);
  }

  boolean isSettled(long accepted) {
    return settled >= Math.min(accepted, cut);
  }

  boolean isRunning() {
    return running;
  }

  long taken() {
    return taken;
  }

  long completed() {
    return completed;
  }

  long failed() {
    return failed;
  }

  /** The run for inspect(); the items of a daemon queue have no names, so it bears the queue's. */
  List<Family.Running> running(String name, long now, @Nullable Thread drainer) {
    if (!running || drainer == null) {
      return List.of();
    }
    Instant began = Instant.now().minusNanos(now - since);
    return List.of(new Family.Running(name, began, drainer.getName()));
  }
}
