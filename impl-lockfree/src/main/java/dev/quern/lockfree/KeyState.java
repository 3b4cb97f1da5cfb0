// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jspecify.annotations.Nullable;

/**
 * The state of a busy key (rule W17): what is pending, which run goes on, whether that run is being
 * cancelled, and how often the key has failed in a row. Immutable; {@link KeyEntry} swaps one for
 * the next in one compare-and-set.
 *
 * <pre>
 *   pending    meaning
 *   NONE       no run will come
 *   WAITING    a run comes at the deadline, as the handler wished
 *   DELAYED    a run comes at the deadline, as schedule wished
 *   QUEUED     it stands in line; while it runs, the end of the run enters the line
 *
 *   event          NONE         WAITING       DELAYED       QUEUED       CANCELLING (1)
 *   submitted      QUEUED       QUEUED        QUEUED        .            refused
 *   scheduled      DELAYED      DELAYED (2)   .             .            refused
 *   fired          .            QUEUED (3)    QUEUED (3)    .            .
 *   begun          -            -             -             NONE (4)     -
 *   ended, rest    .            -             .             .            gone
 *   ended, wait    WAITING (5)  -             WAITING (2)   .            gone
 *   cancelled      .            NONE          NONE          NONE         .
 *   closed         .            NONE          NONE          .            .
 *
 *   .  no change   -  does not happen   (1) set by cancelAndWait while it runs; NONE is pending
 *   (2) if that is earlier   (3) if the time has come   (4) if it does not run; then it does
 *   (5) QUEUED if there is nothing to wait for
 * </pre>
 *
 * <p>NONE, and no run going on, is <i>gone</i>, and for good: every event that would lead on from
 * there meets a new entry instead. So idle and retired are one state, and no step lies between.
 *
 * <p>Runs are numbered within an entry: the pending run, if there is one, has the number {@code
 * last}. It keeps it however it moves, so that a flush knows for which run it waits.
 *
 * @param deadline since the wheel's origin, while WAITING or DELAYED
 * @param last the number of the run that was accepted last
 * @param run the number of the run that goes on, 0 for none
 * @param cancelling while it runs
 * @param failures how many runs in a row have not ended well
 * @param captured what a context hook made of the pending run's submission (rule G21)
 * @param runs the same of the run that goes on
 */
record KeyState(
    Pending pending,
    long deadline,
    long last,
    long run,
    boolean cancelling,
    int failures,
    @Nullable KeyCapture captured,
    @Nullable KeyCapture runs) {
  enum Pending {
    NONE,
    WAITING,
    DELAYED,
    QUEUED
  }

  /** A new entry's, by submit. */
  static final KeyState QUEUED = first(Pending.QUEUED, TimerEntry.NEVER, null);

  /** A new entry's, by submit. */
  static KeyState queued(@Nullable KeyCapture captured) {
    return captured == null ? QUEUED : first(Pending.QUEUED, TimerEntry.NEVER, captured);
  }

  /** A new entry's, by schedule. */
  static KeyState delayed(long deadline, @Nullable KeyCapture captured) {
    return first(Pending.DELAYED, deadline, captured);
  }

  private static KeyState first(Pending pending, long deadline, @Nullable KeyCapture captured) {
    return new KeyState(pending, deadline, 1, 0, false, 0, captured, null);
  }

  /** Made beforehand: the end of a run that had no memory for another. */
  static final KeyState GONE =
      new KeyState(Pending.NONE, TimerEntry.NEVER, 0, 0, false, 0, null, null);

  boolean isGone() {
    return pending == Pending.NONE && run == 0;
  }

  boolean isRunning() {
    return run != 0;
  }

  boolean isPending() {
    return pending != Pending.NONE;
  }

  boolean isDelayed() {
    return pending == Pending.WAITING || pending == Pending.DELAYED;
  }

  /** Whether it belongs into the line. */
  boolean standsInLine() {
    return pending == Pending.QUEUED && run == 0;
  }

  /** Whether that run has ended or was taken away. */
  boolean isOver(long number) {
    return run != number && !(isPending() && last == number);
  }

  KeyState submitted() {
    return submitted(null);
  }

  KeyState submitted(@Nullable KeyCapture capture) {
    return isGone() || cancelling || pending == Pending.QUEUED
        ? this
        : pending(Pending.QUEUED, TimerEntry.NEVER, capture);
  }

  KeyState scheduled(long time, @Nullable KeyCapture capture) {
    boolean moves =
        pending == Pending.NONE
            ? isRunning() && !cancelling
            : pending == Pending.WAITING && time < deadline;
    return moves ? pending(Pending.DELAYED, time, capture) : this;
  }

  KeyState fired(long now) {
    return isDelayed() && deadline <= now ? pending(Pending.QUEUED, TimerEntry.NEVER, null) : this;
  }

  KeyState begun() {
    return standsInLine()
        ? new KeyState(Pending.NONE, TimerEntry.NEVER, last, last, false, failures, null, captured)
        : this;
  }

  /**
   * The run that goes on has ended.
   *
   * @param next when the handler wants the next run, 0 for at once, NEVER for not at all
   */
  KeyState ended(int failuresNow, long next) {
    assert isRunning() : "ends without a run";
    KeyState rest = new KeyState(pending, deadline, last, 0, false, failuresNow, captured, null);
    if (cancelling || next == TimerEntry.NEVER || pending == Pending.QUEUED) {
      return rest;
    }
    if (next == 0) {
      return rest.pending(Pending.QUEUED, TimerEntry.NEVER, runs); // a retry is on the same behalf
    }
    boolean moves = pending == Pending.NONE || next < deadline;
    return moves ? rest.pending(Pending.WAITING, next, runs) : rest;
  }

  KeyState cancelled() {
    return isPending()
        ? new KeyState(Pending.NONE, TimerEntry.NEVER, last, run, cancelling, failures, null, runs)
        : this;
  }

  KeyState cancelledForCertain() {
    return isRunning() && !cancelling
        ? new KeyState(Pending.NONE, TimerEntry.NEVER, last, run, true, failures, null, runs)
        : cancelled();
  }

  KeyState closed() {
    return isDelayed() ? cancelled() : this;
  }

  /** What was pending moves and keeps its number; else it is a new run. */
  private KeyState pending(Pending next, long time, @Nullable KeyCapture capture) {
    long number = isPending() ? last : last + 1;
    KeyCapture kept = isPending() ? captured : capture;
    return new KeyState(next, time, number, run, cancelling, failures, kept, runs);
  }
}
