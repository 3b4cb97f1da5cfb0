// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One timer on a wheel whose alarm rings by hand. Times are since the origin, the clock is at it.
 */
final class HandTimer implements Alarm {
  /** What is timed: delayed until then, or NEVER. */
  private static final class Timed extends TimerEntry {
    volatile long until = NEVER;
    volatile int fired;

    @Override
    long deadline() {
      return until;
    }

    @Override
    void fire(long now) {
      if (until <= now) {
        until = NEVER;
        fired++;
      }
    }
  }

  private final Timed timed = new Timed();
  private final TimerWheel wheel;
  private @Nullable LongUnaryOperator expire;
  private long alarm = Long.MAX_VALUE; // guarded by this object's monitor

  private final long origin;

  HandTimer() {
    this(0);
  }

  HandTimer(long origin) {
    this.origin = origin;
    wheel = new TimerWheel(new Clock());
    wheel.now();
  }

  /** A host whose clock stands still. */
  private final class Clock implements Host {
    @Override
    public Alarm newAlarm(LongUnaryOperator body) {
      expire = body;
      return HandTimer.this;
    }

    @Override
    public long nanoTime() {
      return origin;
    }

    @Override
    public boolean checks() {
      return true;
    }

    @Override
    public Thread startThread(
        String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
      throw new AssertionError("a wheel has no thread");
    }

    @Override
    public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
      throw new AssertionError(message, cause);
    }

    @Override
    public Pool lendPool(@Nullable String name) {
      throw new AssertionError("a wheel has no pool");
    }

    @Override
    public Views views() {
      throw new UnsupportedOperationException();
    }

    @Override
    public <C> DaemonQueue<C> newChild(
        Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
      throw new AssertionError("a wheel has no queue");
    }

    @Override
    public void ended(Managed primitive) {
      throw new AssertionError("a wheel has no end");
    }
  }

  void start(long time) {
    timed.until = time;
    wheel.start(timed, time);
  }

  void stop() {
    timed.until = TimerEntry.NEVER;
    wheel.stop(timed);
  }

  boolean isPending() {
    return timed.until != TimerEntry.NEVER;
  }

  /** Whether the wheel knows of it in any way. */
  boolean isHeld() {
    return timed.link != null || timed.lookAt != TimerEntry.NEVER;
  }

  int fired() {
    return timed.fired;
  }

  /** The timer thread, at that time, whatever the alarm says. */
  void ring(long time) {
    LongUnaryOperator body = expire;
    if (body != null) {
      long next = body.applyAsLong(origin + time);
      if (next != Long.MAX_VALUE) {
        at(next);
      }
    }
  }

  /** The timer thread: rings as the alarm was set, until that time. */
  void ringUntil(long time) {
    for (long next = takeAlarm(time); next != Long.MAX_VALUE; next = takeAlarm(time)) {
      ring(next);
    }
  }

  private synchronized long takeAlarm(long until) {
    long next = alarm;
    if (next > until) {
      return Long.MAX_VALUE;
    }
    alarm = Long.MAX_VALUE;
    return next;
  }

  @Override
  public synchronized void at(long nanoTime) {
    alarm = Math.min(alarm, nanoTime - origin);
  }

  @Override
  public void close() {}
}
