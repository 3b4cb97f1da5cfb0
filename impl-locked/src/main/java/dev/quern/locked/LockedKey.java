// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Cancellation;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A key while it is busy (rule W17): pending, or running, or both. Guarded by the queue's lock.
 *
 * <pre>
 *   pending    a run comes
 *   NONE       not
 *   WAITING    at the deadline, by the handler's wish
 *   DELAYED    at the deadline, by schedule's wish
 *   QUEUED     in its turn; in line if no run goes on
 * </pre>
 *
 * <p>Its runs are numbered: the pending one, if there is one, is {@code last}, and stays it however
 * it moves; the one that goes on is {@code run}, 0 for none.
 */
final class LockedKey<K> extends TimerWheel.Timer {
  enum Pending {
    NONE,
    WAITING,
    DELAYED,
    QUEUED
  }

  final K key;
  Pending pending = Pending.NONE;
  long deadline;
  long last;
  long run;
  boolean cancelling; // by cancelAndWait, until the end of the run
  boolean timed; // it is on the wheel
  int failures; // in a row
  @Nullable KeyCapture captured; // what a context hook made of the pending run's submission
  @Nullable KeyCapture runs; // the same of the run that goes on
  @Nullable Thread thread; // while its handler runs
  long since;

  private final BiConsumer<LockedKey<K>, Long> whenDue;

  LockedKey(K key, BiConsumer<LockedKey<K>, Long> whenDue) {
    this.key = key;
    this.whenDue = whenDue;
  }

  boolean isRunning() {
    return run != 0;
  }

  boolean isPending() {
    return pending != Pending.NONE;
  }

  boolean isDelayed() {
    return pending == Pending.WAITING || pending == Pending.DELAYED;
  }

  boolean isBusy() {
    return isRunning() || isPending();
  }

  /** Whether that run has ended or was taken away. */
  boolean isOver(long number) {
    return run != number && !(isPending() && last == number);
  }

  /** What a cancellation answers that finds it so. */
  Cancellation cancellation() {
    return isPending()
        ? Cancellation.REMOVED
        : isRunning() ? Cancellation.RUNNING : Cancellation.IDLE;
  }

  /** What is pending already moves and keeps its number; else it is a new run. */
  void become(Pending next, long time) {
    if (!isPending() && next != Pending.NONE) {
      last++;
    }
    if (next == Pending.NONE) {
      captured = null;
    }
    pending = next;
    deadline = time;
  }

  /** On the timer thread; it may be stale. */
  @Override
  void fire(long now) {
    whenDue.accept(this, now);
  }
}
