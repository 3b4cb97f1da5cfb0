// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static dev.quern.locked.WorkState.State.CANCELLING;
import static dev.quern.locked.WorkState.State.DELAYED;
import static dev.quern.locked.WorkState.State.DELAYED_AGAIN;
import static dev.quern.locked.WorkState.State.IDLE;
import static dev.quern.locked.WorkState.State.QUEUED;
import static dev.quern.locked.WorkState.State.QUEUED_AGAIN;
import static dev.quern.locked.WorkState.State.RUNNING;

import dev.quern.Cancellation;
import dev.quern.Submission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a work item (rule W1): what is pending, whether a run is going on, whether that run
 * is being cancelled; beside it how deep the item is disabled, and the deadline while it is
 * delayed. Each event is one step through the table and returns the state as it was before. Guarded
 * by the lock of the item's queue, like everything here.
 *
 * <pre>
 *   state          pending   running  being cancelled
 *   IDLE           nothing   no       no
 *   DELAYED        DELAYED   no       no
 *   QUEUED         QUEUED    no       no
 *   RUNNING        nothing   yes      no
 *   DELAYED_AGAIN  DELAYED   yes      no
 *   QUEUED_AGAIN   QUEUED    yes      no
 *   CANCELLING     nothing   yes      yes: submissions change nothing and are refused
 *
 *   from           IDLE     DELAYED  QUEUED   RUNNING        DELAYED_AGAIN  QUEUED_AGAIN   CANCELLING
 *   submit         QUEUED   .        .        QUEUED_AGAIN   .              .              .
 *   schedule       DELAYED  .        .        DELAYED_AGAIN  .              .              .
 *   reschedule     DELAYED  . (1)    DELAYED  DELAYED_AGAIN  . (1)          DELAYED_AGAIN  .
 *   rescheduleNow  QUEUED   QUEUED   .        QUEUED_AGAIN   QUEUED_AGAIN   .              .
 *   hurry          .        QUEUED   .        .              QUEUED_AGAIN   .              .
 *   fire (2)       .        QUEUED   .        .              QUEUED_AGAIN   .              .
 *   begin          -        -        RUNNING  -              -              -              -
 *   end            -        -        -        IDLE           DELAYED        QUEUED         IDLE
 *   cancel         .        IDLE     IDLE     .              RUNNING        RUNNING        .
 *   beginCancel    .        IDLE     IDLE     CANCELLING     CANCELLING     CANCELLING     .
 *   disable (3)    .        IDLE     IDLE     .              RUNNING        RUNNING        .
 *   enable (3)     .        -        -        .              -              -              .
 *   close          .        IDLE     .        .              RUNNING        .              .
 *
 *   .  no change    -  cannot be    (1) with the new deadline    (2) if the deadline has come
 *   (3) one deeper, one less deep; while disabled nothing is pending, and the first four rows
 *       change nothing and are refused
 * </pre>
 */
final class WorkState {
  /** What is pending, whether it runs, whether that run is being cancelled. */
  enum State {
    IDLE(false, false, false),
    DELAYED(true, false, false),
    QUEUED(false, true, false),
    RUNNING(false, false, true),
    DELAYED_AGAIN(true, false, true),
    QUEUED_AGAIN(false, true, true),
    CANCELLING(false, false, true);

    private final boolean delayed;
    private final boolean queued;
    private final boolean running;

    State(boolean delayed, boolean queued, boolean running) {
      this.delayed = delayed;
      this.queued = queued;
      this.running = running;
    }

    boolean isDelayed() {
      return delayed;
    }

    boolean isQueued() {
      return queued;
    }

    boolean isPending() {
      return delayed || queued;
    }

    boolean isRunning() {
      return running;
    }

    /** What a cancellation answers that found this state. */
    Cancellation cancellation() {
      return isPending()
          ? Cancellation.REMOVED
          : running ? Cancellation.RUNNING : Cancellation.IDLE;
    }
  }

  /** The table: for each event the state that follows IDLE, DELAYED, QUEUED, RUNNING and so on. */
  enum Event {
    SUBMIT(QUEUED, DELAYED, QUEUED, QUEUED_AGAIN, DELAYED_AGAIN, QUEUED_AGAIN, CANCELLING),
    SCHEDULE(DELAYED, DELAYED, QUEUED, DELAYED_AGAIN, DELAYED_AGAIN, QUEUED_AGAIN, CANCELLING),
    RESCHEDULE(DELAYED, DELAYED, DELAYED, DELAYED_AGAIN, DELAYED_AGAIN, DELAYED_AGAIN, CANCELLING),
    RESCHEDULE_NOW(QUEUED, QUEUED, QUEUED, QUEUED_AGAIN, QUEUED_AGAIN, QUEUED_AGAIN, CANCELLING),
    HURRY(IDLE, QUEUED, QUEUED, RUNNING, QUEUED_AGAIN, QUEUED_AGAIN, CANCELLING),
    FIRE(IDLE, QUEUED, QUEUED, RUNNING, QUEUED_AGAIN, QUEUED_AGAIN, CANCELLING),
    BEGIN(null, null, RUNNING, null, null, null, null),
    END(null, null, null, IDLE, DELAYED, QUEUED, IDLE),
    CANCEL(IDLE, IDLE, IDLE, RUNNING, RUNNING, RUNNING, CANCELLING),
    BEGIN_CANCEL(IDLE, IDLE, IDLE, CANCELLING, CANCELLING, CANCELLING, CANCELLING),
    DISABLE(IDLE, IDLE, IDLE, RUNNING, RUNNING, RUNNING, CANCELLING),
    ENABLE(IDLE, null, null, RUNNING, null, null, CANCELLING),
    CLOSE(IDLE, IDLE, QUEUED, RUNNING, RUNNING, QUEUED_AGAIN, CANCELLING);

    @SuppressWarnings("ImmutableEnumChecker") // a row of the table, never written
    private final @Nullable State[] next;

    Event(@Nullable State... next) {
      this.next = next;
    }

    @SuppressWarnings("EnumOrdinal") // the columns stand in the order of the states
    @Nullable State from(State old) {
      return next[old.ordinal()];
    }
  }

  /** What a disabled item refuses. */
  static final List<Event> SUBMISSIONS =
      List.of(Event.SUBMIT, Event.SCHEDULE, Event.RESCHEDULE, Event.RESCHEDULE_NOW);

  private State state = IDLE;
  private int disabled; // depth
  private long deadline; // means something while DELAYED or DELAYED_AGAIN

  State now() {
    return state;
  }

  int disabled() {
    return disabled;
  }

  long deadline() {
    return deadline;
  }

  /** What a submission answers that found this state. */
  Submission answer(State old) {
    if (disabled > 0 || old == CANCELLING) {
      return Submission.REFUSED;
    }
    return old.isPending() ? Submission.COALESCED : Submission.QUEUED;
  }

  State submit() {
    return step(Event.SUBMIT);
  }

  State schedule(long newDeadline) {
    State old = step(Event.SCHEDULE);
    if (!old.isPending() && state.isDelayed()) {
      deadline = newDeadline;
    }
    return old;
  }

  State reschedule(long newDeadline) {
    State old = step(Event.RESCHEDULE);
    if (state.isDelayed()) {
      deadline = newDeadline;
    }
    return old;
  }

  State rescheduleNow() {
    return step(Event.RESCHEDULE_NOW);
  }

  State hurry() {
    return step(Event.HURRY);
  }

  /** The timer's word may be stale: the deadline decides. */
  State fire(long now) {
    boolean due = state.isDelayed() && now - deadline >= 0;
    return due ? step(Event.FIRE) : state;
  }

  State begin() {
    return step(Event.BEGIN);
  }

  State end() {
    return step(Event.END);
  }

  State cancel() {
    return step(Event.CANCEL);
  }

  State beginCancel() {
    return step(Event.BEGIN_CANCEL);
  }

  /** The caller has seen that the depth can grow. */
  State disable() {
    disabled = Math.addExact(disabled, 1);
    return step(Event.DISABLE);
  }

  /** The caller has seen that the item is disabled. */
  State enable() {
    assert disabled > 0 : "not disabled";
    disabled--;
    return step(Event.ENABLE);
  }

  State close() {
    return step(Event.CLOSE);
  }

  private State step(Event event) {
    State old = state;
    State next = event.from(old);
    if (next == null) {
      throw new AssertionError(event + " in " + old);
    }
    if (disabled == 0 || !SUBMISSIONS.contains(event)) {
      state = next;
    }
    return old;
  }

  @Override
  public String toString() {
    return disabled == 0 ? state.toString() : state + ", disabled " + disabled + " deep";
  }
}
