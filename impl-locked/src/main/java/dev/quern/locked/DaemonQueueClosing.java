// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

/**
 * The end of a daemon queue's close: when it is drained, one thread gives the carrier back and
 * tells the host, and all who close wait for that (rules D6, G19).
 *
 * <pre>
 *   who releases, first that is there            why
 *   a thread in close() or closeNow()            it cannot give up, and may wait for the carrier
 *   the drainer, a dismissed thread on its way   does not wait for itself
 *   whoever found nothing to drain               nothing to wait for
 * </pre>
 */
final class DaemonQueueClosing {
  private final LockedDaemonQueue<?> queue;
  private final DaemonQueueState state; // guarded by queue.lock
  private final QueueCarrier carrier;
  private int patient; // guarded by queue.lock; threads that will not give up

  DaemonQueueClosing(LockedDaemonQueue<?> queue, DaemonQueueState state, QueueCarrier carrier) {
    this.queue = queue;
    this.state = state;
    this.carrier = carrier;
  }

  /** With the lock held and no drain going on: the handler never runs again. */
  void drained() {
    state.drained();
    if (state.withdraw()) {
      carrier.withdraw();
    }
    carrier.dismiss();
    queue.changed.signalAll();
  }

  /** With the lock held, by the carrier's thread: whether it must call {@link #release}. */
  boolean isMine() {
    return patient == 0 && state.claimRelease();
  }

  /** With the lock held, by one who does not wait: whether it must call {@link #release}. */
  boolean isAnyones() {
    return !carrier.endsItself() && isMine();
  }

  /** A dismissed thread, on its way out. */
  void releaseOnTheWayOut() {
    if (queue.locked(this::isMine)) {
      release();
    }
  }

  /** Once, without the lock. The name is free before any close returns. */
  void release() {
    try {
      carrier.release();
      queue.host.ended(queue);
    } catch (Throwable ours) {
      queue.reportFault(ours);
    } finally {
      queue.lock.lock();
      try {
        state.ended();
        queue.changed.signalAll();
      } finally {
        queue.lock.unlock();
      }
    }
  }

  /** Without the lock. False when the time is up. */
  boolean await(QueueDeadline deadline) throws InterruptedException {
    return awaitEnded(deadline) && carrier.awaitGone(deadline);
  }

  private boolean awaitEnded(QueueDeadline deadline) throws InterruptedException {
    int more = deadline.isPatient() ? 1 : 0;
    queue.lock.lock();
    try {
      patient += more;
      while (!state.isEnded()) {
        if (deadline.isPatient() ? state.claimRelease() : isAnyones()) {
          releaseUnlocked();
        } else if (!deadline.await(queue.changed)) {
          return false;
        }
      }
      return true;
    } finally {
      patient -= more;
      queue.lock.unlock();
    }
  }

  private void releaseUnlocked() {
    queue.lock.unlock();
    try {
      release();
    } finally {
      queue.lock.lock();
    }
  }
}
