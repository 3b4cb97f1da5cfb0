// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import io.netty.util.HashedWheelTimer;
import io.netty.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * Netty's wheel. It has as many slots as let a million timers outstanding cost its thread little,
 * runs what is due on that thread, and looks for no leaks. It takes delays only.
 */
final class NettyTimers implements Timers {
  private static final int SLOTS = 1 << 16;
  private static final TimerTask NOTHING = timeout -> {};

  private final HashedWheelTimer timer;
  private TimerTask[] made = {};

  NettyTimers(int tickMillis) {
    timer = new HashedWheelTimer(Daemons::thread, tickMillis, TimeUnit.MILLISECONDS, SLOTS, false);
    timer.start();
  }

  @Override
  public void hold(int outstanding) {
    for (int i = 0; i < outstanding; i++) {
      timer.newTimeout(NOTHING, Timers.outstanding(i, outstanding), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public Object scheduleCancel() {
    return timer.newTimeout(NOTHING, FAR_NANOS, TimeUnit.NANOSECONDS).cancel();
  }

  @Override
  public void make(Runnable[] bodies) {
    made = new TimerTask[bodies.length];
    for (int i = 0; i < bodies.length; i++) {
      Runnable body = bodies[i];
      made[i] = timeout -> body.run();
    }
  }

  @Override
  public void arm(long[] deadlines) {
    for (int i = 0; i < deadlines.length; i++) {
      timer.newTimeout(made[i], deadlines[i] - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    timer.stop();
  }
}
