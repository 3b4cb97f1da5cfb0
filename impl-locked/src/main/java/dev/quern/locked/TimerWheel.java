// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one runtime, on a hierarchical wheel: starting and stopping one cost the same with
 * a million outstanding as with none (rule W15), a stopped one is unlinked at once (rule G9), and
 * none fires before its deadline (rule W4).
 *
 * <p>Time is cut into ticks of 2^16 ns since the first timer. A tick's number is read as eight
 * digits of six bits; the wheel has a level for each digit and a slot for each value of it. A timer
 * lies on the level of the highest digit in which its tick differs from the current one, in the
 * slot of that digit, so that
 *
 * <ul>
 *   <li>whatever lies on a lower level comes before whatever lies on a higher one, and on one level
 *       a lower slot before a higher one; the earliest slot is found by two looks at bit sets;
 *   <li>when the current tick reaches the start of a slot above level 0, the timers in it move to
 *       lower levels, at most seven times in a timer's life;
 *   <li>a slot of level 0 is one tick. What lies in it is compared with the time exactly, and fires
 *       in the order of the deadlines.
 * </ul>
 *
 * <p>The alarm is set to the exact earliest deadline if that is on level 0, else to the start of
 * the earliest slot. Looking through one tick's timers for their earliest can happen again and
 * again only within that tick, so it costs at most a tick's time more.
 *
 * <p>Lock order: a queue's lock, then this one. A timer fires with neither held.
 */
final class TimerWheel {
  /** A timer that is made once and started many times. */
  abstract static class Timer {
    private Timer previous = this; // guarded by lock, like all here
    private Timer next = this; // itself: not started
    private int slot = -1;
    private long deadline;

    /** The deadline had come when the timer was taken off the wheel; no lock is held. */
    abstract void fire(long now);
  }

  private static final class Slot extends Timer {
    @Override
    void fire(long now) {
      throw new AssertionError("a slot is no timer");
    }
  }

  private static final int TICK_BITS = 16;
  private static final int DIGIT_BITS = 6;
  private static final int LEVELS = 8;
  private static final int SLOTS = 1 << DIGIT_BITS;
  private static final int DUE = LEVELS * SLOTS; // one slot more, for what is about to fire

  private final Host host;
  private final ReentrantLock lock = new ReentrantLock();
  private final Timer[] slots = new Timer[DUE + 1]; // guarded by lock, as are those that follow
  private final long[] occupied = new long[LEVELS]; // a bit for each slot that is not empty
  private @Nullable Alarm alarm; // made with the first timer
  private long origin;
  private long tick; // every slot before it is empty
  private boolean armed;
  private long armedFor;

  TimerWheel(Host host) {
    this.host = host;
  }

  /** Starts the timer, or gives a started one a new deadline. */
  void start(Timer timer, long deadline) {
    lock.lock();
    try {
      Alarm alarm = this.alarm;
      if (alarm == null) {
        alarm = open();
      }
      unlink(timer);
      timer.deadline = deadline;
      place(timer);
      if (!armed || deadline - armedFor < 0) {
        armed = true;
        armedFor = deadline;
        alarm.at(alarmTime(deadline));
      }
    } finally {
      lock.unlock();
    }
  }

  /** From here on the wheel does not hold the timer. A firing that has begun may still arrive. */
  void stop(Timer timer) {
    lock.lock();
    try {
      unlink(timer);
    } finally {
      lock.unlock();
    }
  }

  private Alarm open() {
    origin = host.nanoTime();
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
    Alarm opened = host.newAlarm(this::expire);
    alarm = opened;
    return opened;
  }

  private long expire(long now) {
    lock.lock();
    try {
      armed = false; // a timer started from here on sets the alarm itself
      advance(now);
    } finally {
      lock.unlock();
    }
    for (Timer due = takeDue(); due != null; due = takeDue()) {
      due.fire(now);
    }
    lock.lock();
    try {
      long next = nextWake();
      armed = next != Long.MAX_VALUE;
      armedFor = next;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Timer takeDue() {
    lock.lock();
    try {
      Timer due = slots[DUE].next;
      if (due == slots[DUE]) {
        return null;
      }
      unlink(due);
      return due;
    } finally {
      lock.unlock();
    }
  }

  /** Moves every timer whose deadline has come into the slot DUE, and the current tick to now. */
  private void advance(long now) {
    long end = Math.max(tick, tickOf(now));
    for (int level = lowest(); level < LEVELS; level = lowest()) {
      int digit = Long.numberOfTrailingZeros(occupied[level]);
      long start = start(level, digit);
      if (start > end) {
        break;
      }
      tick = start;
      if (level == 0) {
        moveDue(slots[digit], now);
      } else {
        cascade(slots[level * SLOTS + digit]);
      }
      if (level == 0 && start == end) {
        break; // what is left in it comes later within this tick
      }
    }
    tick = end;
  }

  private void moveDue(Timer slot, long now) {
    List<Timer> due = new ArrayList<>();
    for (Timer timer = slot.next; timer != slot; timer = timer.next) {
      if (now - timer.deadline >= 0) {
        due.add(timer);
      }
    }
    due.sort(Comparator.comparingLong(timer -> timer.deadline - now)); // by difference
    for (Timer timer : due) {
      unlink(timer);
      link(timer, DUE);
    }
  }

  private void cascade(Timer slot) {
    for (Timer timer = slot.next; timer != slot; timer = slot.next) {
      unlink(timer);
      place(timer);
    }
  }

  /** The time at which there is something to do, or MAX_VALUE for none. */
  private long nextWake() {
    int level = lowest();
    if (level == LEVELS) {
      return Long.MAX_VALUE;
    }
    int digit = Long.numberOfTrailingZeros(occupied[level]);
    long wake = origin + (start(level, digit) << TICK_BITS);
    if (level == 0) {
      Timer slot = slots[digit];
      wake = slot.next.deadline;
      for (Timer timer = slot.next; timer != slot; timer = timer.next) {
        wake = timer.deadline - wake < 0 ? timer.deadline : wake;
      }
    }
    return alarmTime(wake);
  }

  /** MAX_VALUE means none to an alarm; what is due then is a nanosecond late. */
  private static long alarmTime(long wake) {
    return wake == Long.MAX_VALUE ? Long.MIN_VALUE : wake;
  }

  private void place(Timer timer) {
    long at = Math.max(tick, tickOf(timer.deadline));
    int level = (63 - Long.numberOfLeadingZeros((at ^ tick) | 1)) / DIGIT_BITS;
    int digit = (int) (at >>> (level * DIGIT_BITS)) & (SLOTS - 1);
    link(timer, level * SLOTS + digit);
  }

  private void link(Timer timer, int slot) {
    Timer head = slots[slot];
    timer.slot = slot;
    timer.previous = head.previous;
    timer.next = head;
    head.previous.next = timer;
    head.previous = timer;
    if (slot != DUE) {
      occupied[slot / SLOTS] |= 1L << slot; // the shift takes the low six bits
    }
  }

  private void unlink(Timer timer) {
    int slot = timer.slot;
    if (slot < 0) {
      return;
    }
    timer.previous.next = timer.next;
    timer.next.previous = timer.previous;
    timer.previous = timer;
    timer.next = timer;
    timer.slot = -1;
    if (slot != DUE && slots[slot].next == slots[slot]) {
      occupied[slot / SLOTS] &= ~(1L << slot);
    }
  }

  /** The lowest level that is not empty, or LEVELS. */
  private int lowest() {
    int level = 0;
    while (level < LEVELS && occupied[level] == 0) {
      level++;
    }
    return level;
  }

  /** The first tick of a slot: the current one's higher digits, this digit, zeros. */
  private long start(int level, int digit) {
    int shift = level * DIGIT_BITS;
    long higher = tick >>> (shift + DIGIT_BITS) << (shift + DIGIT_BITS);
    return higher | ((long) digit << shift);
  }

  private long tickOf(long time) {
    return Math.max(0, time - origin) >>> TICK_BITS;
  }
}
