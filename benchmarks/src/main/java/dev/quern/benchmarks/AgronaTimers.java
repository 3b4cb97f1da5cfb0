// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Agrona's wheel. For a single thread, which starts, stops and polls; so it has none of the work
 * that the others have. It keeps room for as many timers in each slot as were ever in one, and
 * looks for a free place from the first on; so it has many slots for what is far away, and short
 * ones for many that fire soon.
 */
final class AgronaTimers implements Timers {
  private static final int EACH = 16;

  private final DeadlineTimerWheel wheel;
  private final Long2ObjectHashMap<Runnable> armed = new Long2ObjectHashMap<>();
  private Runnable[] made = {};

  AgronaTimers(boolean far) {
    wheel =
        new DeadlineTimerWheel(
            TimeUnit.NANOSECONDS,
            System.nanoTime(),
            far ? 1 << 20 : 1 << 16,
            far ? 1 << 16 : 1 << 10,
            EACH);
  }

  @Override
  public void hold(int outstanding) {
    long now = System.nanoTime();
    for (int i = 0; i < outstanding; i++) {
      wheel.scheduleTimer(now + Timers.outstanding(i, outstanding));
    }
  }

  @Override
  public Object scheduleCancel() {
    return scheduleAtCancel(System.nanoTime() + FAR_NANOS);
  }

  @Override
  public Object scheduleAtCancel(long nanoTime) {
    return wheel.cancelTimer(wheel.scheduleTimer(nanoTime));
  }

  @Override
  public void make(Runnable[] bodies) {
    made = bodies;
  }

  @Override
  public void arm(long[] deadlines) {
    for (int i = 0; i < deadlines.length; i++) {
      armed.put(wheel.scheduleTimer(deadlines[i]), made[i]);
    }
  }

  @Override
  public void poll() {
    wheel.poll(System.nanoTime(), this::fire, Integer.MAX_VALUE);
  }

  private boolean fire(TimeUnit unit, long now, long id) {
    Runnable body = armed.remove(id);
    if (body != null) {
      body.run();
    }
    return true;
  }

  @Override
  public void close() {
    wheel.clear();
  }
}
