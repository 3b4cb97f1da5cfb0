// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.spi.Alarm;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * The time of the last tick, for what is only shown to people (rule R8): a look at a field, where
 * the clock itself costs as much as all the rest of a small run.
 *
 * <pre>
 *   now      asleep: read the clock, set the time, have the next tick come
 *            else: say that it was used; the time of the last tick
 *   tick     used since the last one: set the time, tick again
 *            else: asleep
 * </pre>
 *
 * <p>So there are ticks only while somebody asks: nothing happens in a runtime that idles. The time
 * is some tick's, and so never ahead of the clock; and at most a tick old, but for how late the
 * timer thread comes to it. Who asks while it falls asleep has been told a time that is one tick
 * old.
 */
@Singleton
final class RecentTime {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long ASLEEP = Long.MIN_VALUE;
  private static final VarHandle TIME;

  static {
    try {
      TIME = MethodHandles.lookup().findVarHandle(RecentTime.class, "time", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final TimerThread timer;
  private final Alarm ticks;
  private volatile long time = ASLEEP;
  private volatile boolean used; // since the last tick; written once a tick

  @Inject
  RecentTime(TimerThread timer) {
    this.timer = timer;
    this.ticks =
        timer.newAlarm(
            new LongUnaryOperator() {
              @Override
              public long applyAsLong(long now) {
                return tick(now);
              }
            });
  }

  long now() {
    long last = time;
    if (last == ASLEEP) {
      return wake();
    }
    if (!used) {
      used = true;
    }
    return last;
  }

  private long wake() {
    long now = timer.now();
    if (TIME.compareAndSet(this, ASLEEP, now)) { // if that is this very time, it stays asleep
      ticks.at(now + TICK);
    }
    return now;
  }

  /** On the timer thread. The next tick, if there is one. */
  long tick(long now) {
    boolean goesOn = used;
    used = false;
    time = goesOn ? now : ASLEEP;
    return goesOn ? now + TICK : Long.MAX_VALUE;
  }
}
