// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.spi.Alarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A clock that stands still until it is moved, and its alarms, which expire on its own thread. */
final class HandClock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<HandAlarm> alarms = new ArrayList<>(); // guarded by lock
  private final Thread timer = new Thread(this::expireForEver, "hand-clock");
  private volatile long now = 1_000_000_000L; // written under lock
  private boolean expiring; // guarded by lock
  private boolean ended; // guarded by lock

  HandClock() {
    timer.setDaemon(true);
    timer.start();
  }

  /** Without the lock: to wait for it would use up the permit of a caller who is about to park. */
  long nanoTime() {
    return now;
  }

  /** Moves the clock on; returns when every alarm that is due has expired. */
  void advance(Duration step) {
    lock.lock();
    try {
      now = now + step.toNanos();
      settle();
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    changed.signalAll();
    while (!ended && (expiring || due() != null)) {
      changed.awaitUninterruptibly();
    }
  }

  Alarm newAlarm(LongUnaryOperator expire) {
    HandAlarm alarm = new HandAlarm(expire);
    lock.lock();
    try {
      alarms.add(alarm);
    } finally {
      lock.unlock();
    }
    return alarm;
  }

  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void expireForEver() {
    lock.lock();
    try {
      while (!ended) {
        HandAlarm alarm = due();
        if (alarm == null) {
          changed.awaitUninterruptibly();
        } else {
          expire(alarm);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void expire(HandAlarm alarm) {
    long time = now;
    alarm.deadline = Long.MAX_VALUE;
    expiring = true;
    lock.unlock();
    long next = Long.MAX_VALUE;
    try {
      next = alarm.expire.applyAsLong(time);
    } finally {
      lock.lock();
      alarm.deadline = Math.min(alarm.deadline, next);
      expiring = false;
      changed.signalAll();
    }
  }

  private @Nullable HandAlarm due() {
    for (HandAlarm alarm : alarms) {
      if (alarm.deadline <= now) {
        return alarm;
      }
    }
    return null;
  }

  private final class HandAlarm implements Alarm {
    private final LongUnaryOperator expire;
    private long deadline = Long.MAX_VALUE; // guarded by lock

    HandAlarm(LongUnaryOperator expire) {
      this.expire = expire;
    }

    @Override
    public void at(long nanoTime) {
      lock.lock();
      try {
        deadline = Math.min(deadline, nanoTime);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        alarms.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
