// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one runtime (rules W4, W15, G9). Any thread starts and stops; one thread, the
 * timer's, fires. What is delayed and until when is said by the timed thing's own state word; the
 * wheel only has to look in time. So moving a timer to later, or stopping it, is no affair of the
 * wheel's but for letting go.
 *
 * <pre>
 *   starter                                    timer thread, at each look
 *   state word: delayed until d                link or lookAt := none
 *   lookAt at or before d: nothing to do       read the state word: due: fire; delayed: place it
 *   else link ON: on the intake already          again, lookAt := its deadline; else drop it
 *   else link a thread: push a relay to it
 *   else link := this thread, push it on the
 *   intake, link := ON
 *   nextWake after d: lower it, set the alarm
 * </pre>
 *
 * <p>No timer is lost: starter and timer thread each write, then read what the other writes, in
 * volatile mode, so the starter sees that the entry is nowhere, or the timer thread sees the new
 * state. Whoever returns has the entry or a relay to it on the intake, or on the wheel, also if
 * another starter is held up on its way there: so a sweep misses nothing that was accepted before
 * it. An error on the timer thread, ours or for want of memory, puts what it had in its hands back:
 * it is late, not lost. No wake-up is lost: nextWake is BUSY while the timer thread is at it, and
 * after it has published the next time it looks once more at all that others write before they look
 * at nextWake: the intake, the sweeps, letGoBy. An alarm that rings for nothing does no harm.
 *
 * <p>Letting go: whoever stops a timer puts the entry on the intake, too, and sees to it that the
 * timer thread comes by within a fifth of a second, or at once when many have been put there. An
 * entry that is started and stopped again and again is put there once.
 *
 * <p>Until the timer thread comes by for that, a time well beyond is known to be ahead without a
 * look at the clock, which would cost more than all the rest: see {@link #isSurelyAhead}.
 *
 * <p>Ordering: what a starter did before its state change happens-before the firing that reads it.
 * Progress: lock-free; the alarm's own lock is taken only when the next wake-up moves to earlier. A
 * thread held up between two steps of its start may delay that timer, and an alarm that a later one
 * relies on; never a submission.
 */
final class TimerWheel {
  private static final VarHandle OPENED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "opened", VarHandle.class, TimerWheel.class, Opened.class);
  private static final VarHandle LINK =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "link", VarHandle.class, TimerEntry.class, Object.class);
  private static final VarHandle INTAKE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "intake", VarHandle.class, TimerWheel.class, TimerEntry.class);
  private static final VarHandle SWEEPS =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "sweeps", VarHandle.class, TimerWheel.class, Sweep.class);
  private static final VarHandle NEXT_WAKE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "nextWake", VarHandle.class, TimerWheel.class, long.class);
  private static final VarHandle LET_GO_BY =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "letGoBy", VarHandle.class, TimerWheel.class, long.class);

  private static final long BUSY = Long.MIN_VALUE;
  private static final long LET_GO_WITHIN = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long SURELY = TimeUnit.SECONDS.toNanos(4);
  private static final long YEAR = TimeUnit.DAYS.toNanos(365);
  private static final int MANY = 4096;

  /** What needs the host's clock, made with the first timer. */
  private record Opened(long origin, Alarm alarm) {}

  /** A walk over all entries, asked of the timer thread. */
  private static final class Sweep {
    final Predicate<TimerEntry> action;
    final Runnable done;
    @Nullable Sweep next;

    Sweep(Predicate<TimerEntry> action, Runnable done) {
      this.action = action;
      this.done = done;
    }
  }

  /** In place of an entry that another thread is about to put on the intake. */
  private static final class Relay extends TimerEntry {
    final TimerEntry entry;

    Relay(TimerEntry entry) {
      this.entry = entry;
    }

    @Override
    long deadline() {
      return entry.deadline();
    }

    @Override
    void fire(long now) {
      throw new AssertionError("a relay is no timer");
    }
  }

  /** The last of the intake. */
  private static final TimerEntry END =
      new TimerEntry() {
        @Override
        long deadline() {
          return NEVER;
        }

        @Override
        void fire(long now) {
          throw new AssertionError("the end is no timer");
        }
      };

  private final Host host;
  private final WheelSlots slots = new WheelSlots(); // the timer thread's
  private volatile @Nullable Opened opened;
  private volatile TimerEntry intake = END;
  private volatile @Nullable Sweep sweeps;
  private volatile long nextWake = TimerEntry.NEVER;
  private volatile long letGoBy = TimerEntry.NEVER; // the timer thread comes by then
  private int pushed; // since the last look; lossy on purpose, a trigger only

  TimerWheel(Host host) {
    this.host = host;
  }

  /** The time now, since the origin. */
  long now() {
    return sinceOrigin(host.nanoTime());
  }

  long sinceOrigin(long nanoTime) {
    return nanoTime - open().origin;
  }

  private Opened open() {
    Opened found = opened;
    if (found != null) {
      return found;
    }
    Opened mine = new Opened(host.nanoTime(), host.newAlarm(this::expire));
    Opened theirs = (Opened) OPENED.compareAndExchange(this, null, mine);
    if (theirs != null) {
      mine.alarm.close();
      return theirs;
    }
    return mine;
  }

  // ---- Any thread

  /** After its state has become delayed until then, or to make sure that it is looked at. */
  void start(TimerEntry entry, long deadline) {
    if (entry.lookAt > deadline) {
      if (!push(entry)) {
        push(new Relay(entry));
      }
      long now = entry.deadline(); // it may have moved before it was on the intake
      if (now == TimerEntry.NEVER) {
        letGoSoon();
      } else {
        wakeBy(Math.min(deadline, now));
      }
    }
  }

  /** After its state has ceased to be delayed: has the wheel let go of it. */
  void stop(TimerEntry entry) {
    if (opened == null || (entry.lookAt == TimerEntry.NEVER && entry.link == null)) {
      return;
    }
    push(entry);
    letGoSoon();
  }

  private void letGoSoon() {
    if (letGoBy == TimerEntry.NEVER) {
      long by = now() + LET_GO_WITHIN;
      if (LET_GO_BY.compareAndSet(this, TimerEntry.NEVER, by)) {
        wakeBy(by);
      }
    }
  }

  /**
   * Whether that time, since the origin, is ahead, and not too far, as can be told without a look
   * at the clock: the timer thread is to come by long before, and has not. It would have to be late
   * by seconds, and every timer with it, for this to be said of a time that has come; the timer
   * then fires as the others do.
   */
  boolean isSurelyAhead(long time) {
    long by = letGoBy;
    return by != TimerEntry.NEVER && time - by > SURELY && time - by < YEAR;
  }

  /**
   * Has the timer thread walk over all entries, those of the intake included, and let go of those
   * for which the action says so. What was started before the call is seen by it.
   *
   * @param done run on the timer thread, after it
   * @return false if there has never been a timer
   */
  boolean sweep(Predicate<TimerEntry> action, Runnable done) {
    if (opened == null) {
      return false;
    }
    add(new Sweep(action, done));
    wakeBy(now());
    return true;
  }

  private void add(Sweep sweep) {
    do {
      sweep.next = sweeps;
    } while (!SWEEPS.compareAndSet(this, sweep.next, sweep));
  }

  /** False if it is not on the intake, but another thread is about to put it there. */
  private boolean push(TimerEntry entry) {
    Thread me = Thread.currentThread();
    Object other = entry.link;
    if (other == null) {
      other = LINK.compareAndExchange(entry, null, me);
    }
    if (other != null) {
      return other == TimerEntry.ON;
    }
    putOn(entry);
    LINK.compareAndSet(entry, me, TimerEntry.ON); // unless it has been taken already
    if (++pushed >= MANY) {
      pushed = 0;
      wakeBy(now());
    }
    return true;
  }

  private void putOn(TimerEntry entry) {
    TimerEntry head;
    do {
      head = intake;
      entry.below = head;
    } while (!INTAKE.compareAndSet(this, head, entry));
  }

  /** First published, then set: of many starters one sets the alarm. */
  private void wakeBy(long time) {
    long next;
    do {
      next = nextWake;
      if (next <= time) {
        return;
      }
    } while (!NEXT_WAKE.compareAndSet(this, next, time));
    boolean set = false;
    try {
      Opened base = open();
      base.alarm.at(alarmTime(base.origin + time));
      set = true;
    } finally {
      if (!set) {
        NEXT_WAKE.compareAndSet(this, time, TimerEntry.NEVER); // or nobody would set one again
      }
    }
  }

  /** MAX_VALUE means none to an alarm. */
  private static long alarmTime(long nanoTime) {
    return nanoTime == Long.MAX_VALUE ? Long.MIN_VALUE : nanoTime;
  }

  // ---- The timer thread

  /** One round: a storm of starts must not keep what comes due meanwhile from being seen. */
  private long expire(long nanoTime) {
    long origin = open().origin;
    long now = nanoTime - origin;
    boolean well = false;
    try {
      nextWake = BUSY;
      letGoBy = TimerEntry.NEVER;
      takeIn();
      slots.advance(now, entry -> look(entry, now));
      sweepAll();
      long next = slots.nextLook();
      nextWake = next;
      if (intake != END || sweeps != null || letGoBy != TimerEntry.NEVER) {
        next = now; // again, at once
      }
      well = true;
      return next == TimerEntry.NEVER ? Long.MAX_VALUE : alarmTime(origin + next);
    } finally {
      if (!well) {
        nextWake = TimerEntry.NEVER; // whoever comes sets the alarm, and so do we:
        wakeBy(now + LET_GO_WITHIN); // what was put back is looked at again
      }
    }
  }

  private void takeIn() {
    TimerEntry rest = (TimerEntry) INTAKE.getAndSet(this, END);
    try {
      while (rest != END) {
        TimerEntry entry = rest;
        rest = below(entry);
        entry.below = null;
        entry.link = null;
        if (entry instanceof Relay relay) {
          entry = relay.entry;
        }
        slots.unlink(entry);
        place(entry);
      }
    } finally {
      while (rest != END) { // an error
        TimerEntry entry = rest;
        rest = below(entry);
        putOn(entry); // its link says so already, or will
      }
    }
  }

  private static TimerEntry below(TimerEntry entry) {
    TimerEntry below = entry.below;
    assert below != null : "not on the intake";
    return below;
  }

  /**
   * In no slot. From the first store on its starters see to it themselves; who stops it between the
   * look and the second store sees nothing to let go of, so there is another look.
   */
  private void place(TimerEntry entry) {
    try {
      while (true) {
        if (entry.lookAt != TimerEntry.NEVER) {
          entry.lookAt = TimerEntry.NEVER;
        }
        long deadline = entry.deadline();
        if (deadline == TimerEntry.NEVER) {
          return;
        }
        slots.place(entry, deadline);
        entry.lookAt = deadline;
        if (entry.deadline() != TimerEntry.NEVER) {
          return;
        }
        slots.unlink(entry);
      }
    } catch (Throwable thrown) {
      push(entry);
      throw thrown;
    }
  }

  private void look(TimerEntry entry, long now) {
    entry.lookAt = TimerEntry.NEVER;
    try {
      if (entry.deadline() <= now) {
        entry.fire(now);
      }
    } finally {
      place(entry);
    }
  }

  private void sweepAll() {
    Sweep rest = (Sweep) SWEEPS.getAndSet(this, null);
    try {
      if (rest != null) {
        takeIn(); // what was started before they were asked for
      }
      while (rest != null) {
        Sweep sweep = rest;
        rest = sweep.next;
        walk(sweep);
      }
    } finally {
      while (rest != null) { // an error
        Sweep sweep = rest;
        rest = sweep.next;
        add(sweep);
      }
    }
  }

  /** What it misses by an error comes due later, and finds its queue shut. */
  private void walk(Sweep sweep) {
    try {
      slots.forEach(
          entry -> {
            if (sweep.action.test(entry)) {
              slots.unlink(entry);
              place(entry);
            }
          });
    } finally {
      sweep.done.run();
    }
  }
}
