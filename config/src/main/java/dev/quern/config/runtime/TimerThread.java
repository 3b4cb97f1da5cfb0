// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The runtime's one timer thread. It sleeps until the earliest alarm, runs that alarm's expiry with
 * no lock held, and takes its next deadline from it. Deadlines are compared by difference: nanoTime
 * may be negative and may overflow.
 */
final class TimerThread {
  static final String NAME = "quern.timer";
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier clock;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Clock> alarms = new ArrayList<>(); // guarded by lock
  private boolean ended; // guarded by lock
  private boolean over; // guarded by lock
  private @Nullable Clock awaited; // guarded by lock, whose deadline the thread sleeps towards

  TimerThread(LongSupplier clock, Log log) {
    this.clock = clock;
    this.log = log;
  }

  long now() {
    return clock.getAsLong();
  }

  void start(Threads threads) throws CannotStartThreadException {
    Runnable body =
        new Runnable() {
          @Override
          public void run() {
            TimerThread.this.run();
          }
        };
    threads.start(
        NAME, ThreadPoolSpec.NO_PRIORITY, false, TimerThread.class.getClassLoader(), body);
  }

  /** The thread ends when nothing is due any more: a close may have asked for a last look. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether alarms set before this call may never ring: the thread has looked for the last time.
   */
  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  Alarm newAlarm(LongUnaryOperator expire) {
    Clock alarm = new Clock(expire);
    lock.lock();
    try {
      alarms.add(alarm);
    } finally {
      lock.unlock();
    }
    return alarm;
  }

  /** Outlives an error, out of memory for instance: nobody else fires timers. */
  private void run() {
    Throwable failure = null;
    while (true) {
      try {
        if (failure != null) {
          log.write(Level.ERROR, NAME + ": goes on after an error", failure);
          failure = null;
        }
        Clock due = next();
        if (due == null) {
          return;
        }
        due.ring();
      } catch (Throwable thrown) {
        failure = thrown;
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  /** Waits for an alarm to come due and disarms it; null when the thread has to end. */
  private @Nullable Clock next() {
    lock.lock();
    try {
      while (true) {
        Clock first = first();
        long wait = first == null ? Long.MAX_VALUE : first.deadline - clock.getAsLong();
        if (first != null && wait <= 0) {
          first.armed = false;
          return first;
        }
        if (ended) {
          over = true;
          return null;
        }
        awaited = first;
        await(wait);
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void await(long nanos) {
    try {
      if (nanos == Long.MAX_VALUE) {
        changed.await();
      } else {
        changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread; it looks again.
    }
  }

  private @Nullable Clock first() {
    Clock first = null;
    for (Clock alarm : alarms) {
      if (alarm.armed && (first == null || alarm.deadline - first.deadline < 0)) {
        first = alarm;
      }
    }
    return first;
  }

  private final class Clock implements Alarm {
    private final LongUnaryOperator expire;
    private boolean armed; // guarded by lock
    private long deadline; // guarded by lock, counts while armed

    Clock(LongUnaryOperator expire) {
      this.expire = expire;
    }

    @Override
    public void at(long nanoTime) {
      if (nanoTime == Long.MAX_VALUE) {
        return;
      }
      lock.lock();
      try {
        if (!armed || nanoTime - deadline < 0) {
          armed = true;
          deadline = nanoTime;
          if (awaited == null || awaited == this || nanoTime - awaited.deadline < 0) {
            changed.signal(); // else the thread wakes before, and looks
          }
        }
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

    /** An expiry that throws is tried again: what was due then is late, not lost. */
    void ring() {
      long now = clock.getAsLong();
      try {
        at(expire.applyAsLong(now));
      } catch (Throwable thrown) {
        at(now + RETRY_NANOS);
        log.write(Level.ERROR, NAME + ": an expiry failed and is tried again", thrown);
      }
    }
  }
}
