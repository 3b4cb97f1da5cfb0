// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state word of a work item (rule W1). Each event is one atomic step that returns the word as
 * it was before; it is made even where nothing changes, so that a coalesced submission is a write
 * that the run's start reads from (G2).
 *
 * <pre>
 *   pending    data          meaning
 *   NONE       0             no run will come
 *   DELAYED    a time        a run comes then; SIDE: a key to WatchedRuns, which knows the time
 *   QUEUED     a place       it stands in line; NO_PLACE: the end of the run enters the line
 *   DISABLED   how deep      as NONE, and submissions change nothing and are refused
 *
 *   bit         set by                       cleared by              while it is set
 *   RUNNING     begin                        end                     a lane runs it
 *   CANCELLING  cancelAndWait while RUNNING  end, with RUNNING: W7   as DISABLED
 *   CLOSED      close                        never                   as DISABLED
 *   WATCHED     flush while pending (6)      begin, and removal      someone waits for the run
 *   SIDE        reschedule while WATCHED     whatever ends DELAYED   see WatchedRuns
 *
 *   event          NONE        DELAYED      QUEUED       DISABLED
 *   submit         QUEUED      .            .            .
 *   schedule       DELAYED     .            .            .
 *   reschedule     DELAYED     DELAYED (1)  DELAYED      .
 *   rescheduleNow  QUEUED      QUEUED       .            .
 *   hurry          .           QUEUED (2)   . (2)        .
 *   watch          .           .            . (2)        .
 *   fire           .           QUEUED (3)   .            .
 *   begin          -           -            NONE (4)     -
 *   cancel         .           NONE         NONE         .
 *   disable        DISABLED    DISABLED     DISABLED     one deeper
 *   enable         -           -            -            one less deep; at none: NONE
 *   close          .           NONE         .            .
 *   end            .           .            . (5)        .
 *
 *   .  no change   -  does not happen   (1) with the new time   (2) and WATCHED
 *   (3) if the time has come   (4) if it stands at that place and does not run; sets RUNNING
 *   (5) with a place, if it has none   (6) with a context hook: whatever makes it pending
 *   The first four change nothing while CANCELLING either.
 * </pre>
 *
 * <p>A place is claimed in the run queue before the step that makes the item QUEUED, and published
 * after it: see {@link RunLine}. An item that runs takes no place until the run's end, unless it is
 * of a queue with a single lane, which must keep the order (W12).
 *
 * <p>Ordering: every step is a compare-and-set in volatile mode; the steps of one item have one
 * order, and each happens-before the next. Progress: lock-free; a step is repeated only because
 * another one succeeded.
 */
abstract class WorkState extends TimerEntry {
  static final int NONE = 0;
  static final int DELAYED = 1;
  static final int QUEUED = 2;
  static final int DISABLED = 3;
  static final long RUNNING = 1 << 2;
  static final long CANCELLING = 1 << 3;
  static final long CLOSED = 1 << 4;
  static final long WATCHED = 1 << 5;
  static final long SIDE = 1 << 6;

  private static final long PENDING = 3;
  private static final int DATA_SHIFT = 7;
  private static final long FLAGS = (1L << DATA_SHIFT) - 1 - PENDING;

  /** In place of a word, which never says so: there is no room. */
  static final long NO_ROOM = -2;

  /** In a time: the rest is in units of 1024 ns, for what is more than two years away. */
  private static final long FAR = 1L << 56;

  private static final int FAR_SHIFT = 10;

  /** In a place: it is none. The rest is a key, if the run is watched. */
  private static final long NO_PLACE = 1L << 55;

  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, WorkState.class, long.class);
  private static final VarHandle RUN =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "run", VarHandle.class, WorkState.class, long.class);

  /** The events that make an item QUEUED, and the one that only makes it WATCHED. */
  enum Entry {
    SUBMIT,
    RESCHEDULE_NOW,
    HURRY,
    WATCH,
    FIRE
  }

  /** The events that take a pending run away. */
  enum Removal {
    CANCEL,
    CANCEL_AND_WAIT,
    DISABLE,
    DISABLE_AND_WAIT,
    CLOSE,
    CLOSE_QUEUE
  }

  private volatile long word;

  /** Identity of the run in progress; means something while RUNNING. */
  private volatile long run = NO_PLACE;

  abstract RunLine line();

  abstract WatchedRuns watched();

  /** The time now, on the wheel's scale; asked for where the line is timed. */
  long now() {
    return 0;
  }

  /** A place was taken, so somebody has to come by, even if nobody stands there any more. */
  abstract void engageLane();

  /** How much room there is for items that wait; null without a capacity. */
  @Nullable Room room() {
    return null;
  }

  /** An item has left its place in line. */
  void placeLeft() {}

  /** Whether the queue has a single lane, so that an item stands in line also while it runs. */
  abstract boolean isSingle();

  // ---- What a word says

  final long word() {
    return word;
  }

  static int pending(long word) {
    return (int) (word & PENDING);
  }

  static boolean isPending(long word) {
    int pending = pending(word);
    return pending == DELAYED || pending == QUEUED;
  }

  static boolean isBusy(long word) {
    return has(word, RUNNING) || isPending(word);
  }

  static boolean has(long word, long flag) {
    return (word & flag) != 0;
  }

  /** Whether a submission changes nothing and is refused. */
  static boolean refuses(long word) {
    return pending(word) == DISABLED || has(word, CANCELLING | CLOSED);
  }

  /** Whether it takes room: it is QUEUED, and no run of its own is before it. */
  private static boolean waits(long word) {
    return pending(word) == QUEUED && !has(word, RUNNING);
  }

  /** Whether becoming QUEUED takes room that has to be claimed before. */
  static boolean needsRoom(long word) {
    return pending(word) == NONE && !has(word, RUNNING) && !refuses(word);
  }

  static long data(long word) {
    return word >>> DATA_SHIFT;
  }

  /** Whether it holds a place in line. */
  static boolean isInLine(long word) {
    return pending(word) == QUEUED && data(word) < NO_PLACE;
  }

  private static long with(long word, int pending, long data) {
    return (word & FLAGS & ~SIDE) | pending | (data << DATA_SHIFT);
  }

  /** Rounded up, never down (W4). */
  private static long encoded(long time) {
    return time < FAR ? time : FAR | ((time + (1 << FAR_SHIFT) - 1) >>> FAR_SHIFT);
  }

  private static long decoded(long data) {
    return (data & FAR) == 0 ? data : (data & ~FAR) << FAR_SHIFT;
  }

  private long time(long word) {
    return has(word, SIDE) ? watched().time(data(word)) : decoded(data(word));
  }

  @Override
  final long deadline() {
    long now = word;
    return pending(now) == DELAYED ? time(now) : NEVER;
  }

  // ---- Events that may queue

  /**
   * One of the events that make an item QUEUED.
   *
   * @param now for FIRE
   * @return the word before, or {@link RunLine#SEALED} if there is no place any more: no change
   */
  final long enter(Entry event, long now) {
    return enter(event, now, true, null);
  }

  /**
   * As {@link #enter(Entry, long)}.
   *
   * @param claimed whether room was claimed, or is not bounded; else NO_ROOM is the answer where it
   *     is needed: no change
   * @param run what a context hook made of it, for the run if this makes one pending
   */
  final long enter(Entry event, long now, boolean claimed, @Nullable Action run) {
    long place = NO_PLACE;
    while (true) {
      long old = word;
      boolean stands;
      boolean done;
      try {
        boolean moves = moves(event, old, now);
        if (moves && !claimed && needsRoom(old)) {
          publish(place, false);
          return NO_ROOM;
        }
        stands = moves && standsInLine(old);
        if (stands && place == NO_PLACE) {
          place = line().claim(false);
          if (place == RunLine.SEALED) {
            return RunLine.SEALED;
          }
        }
        if (stands && line().isTimed()) {
          line().stamp(place, event == Entry.FIRE ? time(old) : now());
        }
        long next = moves ? queued(old, stands ? place : NO_PLACE, run) : old;
        boolean watches = event == Entry.HURRY || event == Entry.WATCH;
        done = step(old, watches ? watch(next) : next);
      } catch (Throwable thrown) {
        publish(place, false); // out of memory: no place may stay without a publication
        throw thrown;
      }
      if (done) {
        publish(place, stands);
        return old;
      }
    }
  }

  /** Whether that event makes that word QUEUED. */
  private boolean moves(Entry event, long old, long now) {
    return switch (event) {
      case SUBMIT -> pending(old) == NONE && !refuses(old);
      case RESCHEDULE_NOW -> pending(old) <= DELAYED && !refuses(old);
      case HURRY -> pending(old) == DELAYED;
      case WATCH -> false;
      case FIRE -> pending(old) == DELAYED && time(old) <= now;
    };
  }

  /** Whether what becomes QUEUED from that word stands in line at once. */
  private boolean standsInLine(long old) {
    return isSingle() || !has(old, RUNNING);
  }

  /** A watched run keeps its identity wherever it goes. */
  private long queued(long old, long place, @Nullable Action run) {
    if (!has(old, WATCHED) && run == null) {
      return with(old, QUEUED, place);
    }
    long key = place == NO_PLACE ? place | watched().newKey() : place;
    note(key, old, NEVER, run);
    return with(old, QUEUED, key) | WATCHED;
  }

  /** What is known of the run by the old key, or of a new one, is known by this key from now on. */
  private void note(long key, long old, long time, @Nullable Action run) {
    if (has(old, WATCHED)) {
      long known = data(old);
      watched().enter(key, watched().identity(known), time, watched().captured(known));
    } else {
      watched().enter(key, key, time, run);
    }
  }

  private void publish(long place, boolean stands) {
    if (place != NO_PLACE) {
      line().publish(place, stands ? this : null);
      if (!stands) {
        placeLeft();
      } else if (data(word) != place) {
        line().vacate(place); // whoever took it away may have come before the item
        placeLeft();
      }
      engageLane();
    }
  }

  /** A run that has no place yet needs a key to be known by. */
  private long watch(long next) {
    if (pending(next) != QUEUED || has(next, WATCHED)) {
      return next;
    }
    long data = data(next);
    return with(next, QUEUED, data == NO_PLACE ? data | watched().newKey() : data) | WATCHED;
  }

  // ---- Events that delay

  /** Nothing pending becomes DELAYED. */
  final long schedule(long time, @Nullable Action run) {
    while (true) {
      long old = word;
      boolean moves = pending(old) == NONE && !refuses(old);
      if (step(old, moves ? delayed(old, time, run) : old)) {
        return old;
      }
    }
  }

  /** Whatever is pending, or nothing, becomes DELAYED until then. */
  final long reschedule(long time, @Nullable Action run) {
    while (true) {
      long old = word;
      long next = refuses(old) ? old : delayed(old, time, run);
      if (step(old, next)) {
        vacate(old, next);
        return old;
      }
    }
  }

  private long delayed(long old, long time, @Nullable Action run) {
    if (!has(old, WATCHED) && run == null) {
      return with(old, DELAYED, encoded(time));
    }
    long key = NO_PLACE | watched().newKey();
    note(key, old, time, run);
    return with(old, DELAYED, key) | WATCHED | SIDE;
  }

  // ---- Events that take away

  final long remove(Removal event) {
    while (true) {
      long old = word;
      long next = removed(event, old);
      if (step(old, next)) {
        vacate(old, next);
        return old;
      }
    }
  }

  private static long removed(Removal event, long old) {
    long cancelling = has(old, RUNNING) ? CANCELLING : 0;
    long depth = pending(old) == DISABLED ? data(old) + 1 : 1;
    return switch (event) {
      case CANCEL -> none(old);
      case CANCEL_AND_WAIT -> none(old) | cancelling;
      case DISABLE -> with(none(old), DISABLED, depth);
      case DISABLE_AND_WAIT -> with(none(old), DISABLED, depth) | cancelling;
      case CLOSE -> (pending(old) == DELAYED ? none(old) : old) | CLOSED;
      case CLOSE_QUEUE -> pending(old) == DELAYED ? none(old) : old;
    };
  }

  /** The word as it will be without the pending run. */
  static long without(long word) {
    return none(word);
  }

  private static long none(long old) {
    return isPending(old) ? with(old, NONE, 0) & ~WATCHED : old;
  }

  /** One less deep. The word before; no change if it was not DISABLED, or is CLOSED. */
  final long enabled() {
    while (true) {
      long old = word;
      long next = old;
      if (pending(old) == DISABLED && !has(old, CLOSED)) {
        next = data(old) == 1 ? with(old, NONE, 0) : with(old, DISABLED, data(old) - 1);
      }
      if (step(old, next)) {
        return old;
      }
    }
  }

  static boolean keepsQueued(Removal event) {
    return event == Removal.CLOSE || event == Removal.CLOSE_QUEUE;
  }

  private void vacate(long old, long next) {
    if (isInLine(old) && !isInLine(next)) {
      line().vacate(data(old));
      placeLeft();
    }
  }

  // ---- Runs

  /**
   * The lane that took the place. The run's identity is written before the step, against others who
   * took another place of this item: so while RUNNING it is that run's.
   *
   * @param captured given what a context hook made of the run's submission, if anything
   */
  final boolean begin(long place, Consumer<Action> captured) {
    while (true) {
      long before = run;
      long old = word;
      if (pending(old) != QUEUED || data(old) != place || has(old, RUNNING)) {
        return false;
      }
      boolean watched = has(old, WATCHED);
      long identity = watched ? watched().identity(place) : place;
      Action captures = watched ? watched().captured(place) : null;
      if ((before == identity || RUN.compareAndSet(this, before, identity))
          && step(old, (with(old, NONE, 0) & ~WATCHED) | RUNNING)) {
        if (captures != null) {
          captured.accept(captures);
        }
        return true;
      }
    }
  }

  /** The run's lane. What was queued meanwhile enters the line now. */
  final long end() {
    long place = NO_PLACE;
    while (true) { // what it throws, out of memory: see endBroken
      long old = word;
      assert has(old, RUNNING) : "ends without a run";
      boolean stands = pending(old) == QUEUED && !isInLine(old);
      if (stands && place == NO_PLACE) {
        place = line().claim(true);
      }
      long next;
      try {
        if (stands && line().isTimed()) {
          line().stamp(place, now());
        }
        next = stands ? queued(old, place, null) : old;
      } catch (Throwable thrown) {
        line().publish(place, null);
        throw thrown;
      }
      if (step(old, next & ~(RUNNING | CANCELLING))) {
        if (place != NO_PLACE) {
          line().publish(place, stands ? this : null); // this lane looks at the line next
        }
        return old;
      }
    }
  }

  /**
   * After {@link #end} has thrown: the run ends all the same, and what has no place is taken away.
   * Needs no memory. The word before.
   */
  final long endBroken() {
    while (true) {
      long old = word;
      assert has(old, RUNNING) : "ends without a run";
      long next = pending(old) == QUEUED && !isInLine(old) ? none(old) : old;
      if (step(old, next & ~(RUNNING | CANCELLING))) {
        return old;
      }
    }
  }

  // ---- Watching a run

  /**
   * The run that would serve a submission made now: the pending one, else the one in progress.
   * HURRY makes a delayed one QUEUED, WATCH leaves it alone.
   */
  final long latest(Entry event) {
    while (true) {
      long old = enter(event, 0);
      if (old == RunLine.SEALED) {
        Thread.yield(); // what was delayed is being removed, by the sweep or by who delayed it
        continue;
      }
      long now = word;
      boolean counts = event != Entry.WATCH || pending(now) == QUEUED;
      if (has(now, WATCHED) && counts) {
        long identity = watched().identity(data(now));
        if (word == now) {
          return identity;
        }
      } else if (pending(now) != QUEUED && (event == Entry.WATCH || pending(now) != DELAYED)) {
        return has(now, RUNNING) ? run : NO_PLACE;
      }
    }
  }

  /** Identity of the run in progress; of none, or of the next one, if it has ended meanwhile. */
  final long current() {
    return has(word, RUNNING) ? run : NO_PLACE;
  }

  /** Whether that run, watched or begun, has ended or was taken away. */
  final boolean isOver(long identity) {
    while (true) {
      long now = word;
      boolean going = has(now, RUNNING) && run == identity;
      boolean pending = has(now, WATCHED) && watched().identity(data(now)) == identity;
      if (word == now) {
        return !going && !pending;
      }
    }
  }

  // ---- The step

  /** What a watched run was known by is forgotten with the word that said so. */
  private boolean step(long old, long next) {
    boolean done = WORD.compareAndSet(this, old, next);
    if (done) {
      account(old, next);
    }
    long gone = done ? old : next;
    long stays = done ? next : old;
    if (has(gone, WATCHED) && (data(gone) != data(stays) || !has(stays, WATCHED))) {
      try {
        watched().leave(data(gone));
      } catch (VirtualMachineError noMemory) {
        return done; // the step counts; the key stays for nothing
      }
    }
    return done;
  }

  /** After each step: who began to wait without a claim, and who waits no more. */
  private void account(long old, long next) {
    Room room = room();
    if (room == null || waits(old) == waits(next)) {
      return;
    }
    if (waits(old)) {
      room.leaves();
    } else if (!needsRoom(old)) {
      room.enters();
    }
  }
}
