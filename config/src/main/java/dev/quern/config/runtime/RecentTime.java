// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.spi.Alarm;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * The time as it was a moment ago, for those who ask at every run and need no more than that. While
 * somebody asks, the timer thread writes it down four times a second; a tick that finds that nobody
 * asked since the last one is the last, so a runtime at rest sleeps.
 *
 * <pre>
 *   state     the time written down     leaves it
 *   STOPPED   is old                    who asks: STARTING, by one thread
 *   STARTING  is old                    that thread, once it has written the time: ASKED
 *   ASKED     is at most a tick old     a tick, once it has written the time: QUIET
 *   QUIET     is at most a tick old     who asks: ASKED; a tick: STOPPED
 * </pre>
 *
 * <p>Whoever finds another state than ASKED and QUIET reads the clock itself. An answer is as old
 * as a tick, and as late as the timer thread. Progress: wait-free, but for starting the ticks.
 */
final class RecentTime {
  private enum State {
    STOPPED,
    STARTING,
    ASKED,
    QUIET
  }

  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongSupplier clock;
  private final Alarm alarm;
  private final AtomicReference<State> state = new AtomicReference<>(State.STOPPED);
  private volatile long now; // written before the state that says it is good

  RecentTime(LongSupplier clock, Function<LongUnaryOperator, Alarm> alarms) {
    this.clock = clock;
    this.alarm = alarms.apply(this::tick);
  }

  /** On the scale of {@link System#nanoTime()}. */
  long nanoTime() {
    return state.get() == State.ASKED ? now : ask();
  }

  private long ask() {
    if (state.compareAndSet(State.QUIET, State.ASKED)) {
      return now;
    }
    long exact = clock.getAsLong();
    if (state.compareAndSet(State.STOPPED, State.STARTING)) {
      now = exact;
      state.set(State.ASKED);
      alarm.at(exact + TICK);
    }
    return exact;
  }

  /** The timer thread. Returns when it wants to be called again. */
  private long tick(long time) {
    now = time;
    boolean last =
        !state.compareAndSet(State.ASKED, State.QUIET)
            && state.compareAndSet(State.QUIET, State.STOPPED);
    return last ? Long.MAX_VALUE : time + TICK;
  }
}
