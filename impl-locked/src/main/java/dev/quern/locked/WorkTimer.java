// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

/** The timer of one item, on the wheel while the item is delayed. */
final class WorkTimer extends TimerWheel.Timer {
  private final LockedWork work;
  private boolean set; // guarded by the queue's lock
  private long deadline; // guarded by the queue's lock

  WorkTimer(LockedWork work) {
    this.work = work;
  }

  /** Starts it, or moves it if it is set to another time. */
  void set(TimerWheel wheel, long newDeadline) {
    if (!set || deadline != newDeadline) {
      set = true;
      deadline = newDeadline;
      wheel.start(this, newDeadline);
    }
  }

  void stop(TimerWheel wheel) {
    if (set) {
      set = false;
      wheel.stop(this);
    }
  }

  /** On the timer thread. It may be stale: the item was cancelled or moved meanwhile. */
  @Override
  void fire(long now) {
    work.fire(now);
  }
}
