// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.locked.WorkState.State;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A work item. Each method checks what may be asked by whom, then makes one step of the item's
 * state under the lock of its queue.
 *
 * <p>Progress: every operation takes that lock, so a descheduled holder delays the others.
 */
final class LockedWork extends WorkList.Link implements Work {
  final WorkCore core;
  final Action code;

  /** Whose class loader the runs have as context loader (rule G13). */
  final Object body;

  final WorkState state = new WorkState(); // guarded by core's lock
  final WorkRuns runs = new WorkRuns(); // guarded by core's lock
  boolean closed; // guarded by core's lock
  long
      inLineSince; // guarded by core's lock, means something while in line, where the core is timed
  long place; // guarded by core's lock, the number of that wait

  /** What a context hook made of the submission that a run is pending for. Guarded likewise. */
  @Nullable Action captured;

  private final String name;
  private final WorkTimer timer = new WorkTimer(this); // guarded by core's lock

  LockedWork(WorkCore core, String name, Action body) {
    this.core = core;
    this.name = name;
    this.body = body;
    this.code = body;
  }

  LockedWork(WorkCore core, String name, Body<Work> body) {
    this.core = core;
    this.name = name;
    this.body = body;
    this.code = () -> body.run(this);
  }

  @Override
  public String name() {
    return name;
  }

  // ---- Submissions

  @Override
  public Submission submit() {
    return submission(WorkState::submit, true);
  }

  @Override
  public Submission submit(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    Action run = core.captured(code);
    long begin = System.nanoTime();
    return core.step(
        () -> {
          while (mustWait()) {
            long left = Waits.left(nanos, begin);
            if (left <= 0) {
              return core.tally.answered(Submission.REFUSED);
            }
            requireAnother();
            core.await(() -> !mustWait(), left);
          }
          return submitted(WorkState::submit, false, run);
        });
  }

  /** Whether nothing but room is missing for a run. What refuses or throws does so at once. */
  private boolean mustWait() {
    return isFull() && !core.gate.refuses(this, core.caller());
  }

  /** Whether there is no room for the run that a submission would add. */
  private boolean isFull() {
    return state.now() == State.IDLE && state.disabled() == 0 && core.isFull();
  }

  @Override
  public Submission schedule(Duration delay) {
    return schedule(Delays.delay(delay), core.nanoTime());
  }

  @Override
  public Submission scheduleAt(long nanoTime) {
    long now = core.nanoTime();
    return schedule(Delays.delay(now, nanoTime), now);
  }

  private Submission schedule(long delay, long now) {
    return delay == 0 ? submit() : submission(s -> s.schedule(now + delay), false);
  }

  @Override
  public Submission reschedule(Duration delay) {
    return reschedule(Delays.delay(delay), core.nanoTime());
  }

  @Override
  public Submission rescheduleAt(long nanoTime) {
    long now = core.nanoTime();
    return reschedule(Delays.delay(now, nanoTime), now);
  }

  private Submission reschedule(long delay, long now) {
    return delay == 0
        ? submission(WorkState::rescheduleNow, true)
        : submission(s -> s.reschedule(now + delay), false);
  }

  /**
   * @param now whether it asks for a run at once, which takes room (W25)
   */
  private Submission submission(WorkCore.Step event, boolean now) {
    Action run = core.captured(code);
    return core.step(() -> submitted(event, now, run));
  }

  private Submission submitted(WorkCore.Step event, boolean now, @Nullable Action run) {
    if (core.gate.refuses(this, core.caller()) || (now && isFull())) {
      return core.tally.answered(Submission.REFUSED);
    }
    State old = core.queue(this, event);
    if (!old.isPending() && state.now().isPending()) {
      captured = run;
    }
    return core.tally.answered(state.answer(old));
  }

  // ---- Cancellations

  @Override
  public Cancellation cancel() {
    return remove(WorkState::cancel);
  }

  private Cancellation remove(WorkCore.Step event) {
    Cancellation answer = core.step(() -> core.cancel(this, event));
    core.lanes.endIfOver(); // it may have been the last that was queued
    return answer;
  }

  @Override
  public Cancellation cancelAndWait() throws InterruptedException {
    return cancelAndWait(Waits.FOREVER);
  }

  @Override
  public Cancellation cancelAndWait(Duration limit) throws InterruptedException {
    return cancelAndWait(Waits.nanos(limit));
  }

  private Cancellation cancelAndWait(long nanos) throws InterruptedException {
    requireOutside("cancelAndWait()");
    return cancelAndWait(WorkState::beginCancel, nanos);
  }

  @Override
  public Cancellation disable() {
    return remove(this::disable);
  }

  @Override
  public Cancellation disableAndWait() throws InterruptedException {
    return disableAndWait(Waits.FOREVER);
  }

  @Override
  public Cancellation disableAndWait(Duration limit) throws InterruptedException {
    return disableAndWait(Waits.nanos(limit));
  }

  private Cancellation disableAndWait(long nanos) throws InterruptedException {
    requireOutside("disableAndWait()");
    return cancelAndWait(this::disableAndCancel, nanos);
  }

  /** The instant of W7 is the end of the run that the step finds: until then the state refuses. */
  private Cancellation cancelAndWait(WorkCore.Step event, long nanos) throws InterruptedException {
    try {
      return core.step(
          () -> {
            Cancellation answer = core.cancel(this, event);
            long run = runs.current();
            return core.await(this, () -> runs.isOver(run), nanos)
                ? answer
                : Cancellation.TIMED_OUT;
          });
    } finally {
      core.lanes.endIfOver(); // it may have been the last that was queued
    }
  }

  private State disable(WorkState state) {
    core.signal(); // whoever waits for room
    if (state.disabled() == Integer.MAX_VALUE) {
      throw new MisuseException(this + ": disable() more often than can be counted");
    }
    return state.disable();
  }

  private State disableAndCancel(WorkState state) {
    State old = disable(state);
    state.beginCancel();
    return old;
  }

  @Override
  public void enable() {
    core.step(
        () -> {
          if (closed || core.gate.isClosing()) {
            return false;
          }
          if (state.disabled() == 0) {
            throw new MisuseException(this + ": enable() without disable()");
          }
          return core.settle(this, state.enable());
        });
  }

  // ---- Waits for runs

  @Override
  public void flush() throws InterruptedException {
    flush(Waits.FOREVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Waits.nanos(limit));
  }

  private boolean flush(long nanos) throws InterruptedException {
    requireOutside("flush()");
    return core.step(
        () -> {
          core.queue(this, WorkState::hurry);
          long run = runs.latest();
          return core.await(this, () -> runs.isOver(run), nanos);
        });
  }

  @Override
  public void close() {
    requireOutside("close()");
    boolean removed = beginClose();
    core.step(() -> core.awaitUninterruptibly(this, this::isIdle));
    if (removed) {
      core.warn(this + ": close() removed its delayed run");
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    requireOutside("close()");
    boolean removed = beginClose();
    boolean ended = core.step(() -> core.await(this, this::isIdle, nanos));
    return ended && !removed ? List.of() : List.of(name);
  }

  /** Returns whether a run was taken away. */
  private boolean beginClose() {
    return core.step(
        () -> {
          closed = true;
          core.signal(); // whoever waits for room
          return core.cancel(this, WorkState::close) == Cancellation.REMOVED
              && !state.now().isPending();
        });
  }

  private boolean isIdle() {
    return state.now() == State.IDLE;
  }

  /** Rule G6: inside the item, or inside the one run at a time that its queue allows. */
  private void requireOutside(String operation) {
    LockedWork caller = core.caller();
    if (caller == this) {
      throw new MisuseException(
          this + ": " + operation + " from inside its own run would wait for itself");
    }
    if (caller != null && core.lanes.isSingle()) {
      throw new MisuseException(
          this
              + ": "
              + operation
              + " from inside "
              + caller.label()
              + " would wait for itself:"
              + " the queue runs one item at a time");
    }
    core.lanes.requireOtherWorker(this, operation);
  }

  /** Rule G6: whoever would wait for room must not be what makes it. */
  private void requireAnother() {
    LockedWork caller = core.caller();
    if (caller != null && core.lanes.isSingle()) {
      throw new MisuseException(
          this
              + ": submit(limit) from inside "
              + caller.label()
              + " would wait for room that only that run can make");
    }
    core.lanes.requireOtherWorker(this, "submit(limit)");
  }

  // ---- Looks

  @Override
  public boolean isPending() {
    return core.look(() -> state.now().isPending());
  }

  @Override
  public boolean isBusy() {
    return core.look(() -> !isIdle());
  }

  @Override
  public boolean isCancelling() {
    return core.look(
        () ->
            state.now() == State.CANCELLING
                || (state.now().isRunning() && (closed || core.gate.isClosing())));
  }

  @Override
  public boolean isClosed() {
    return core.look(() -> closed || core.gate.isClosing());
  }

  String label() {
    return "work \"" + name + "\"";
  }

  @Override
  public String toString() {
    return core.label() + ": " + label();
  }

  /** Under the lock, after each step: the timer is set while the item is delayed. */
  void setTimer(TimerWheel wheel) {
    if (state.now().isDelayed()) {
      timer.set(wheel, state.deadline());
    } else {
      timer.stop(wheel);
    }
  }

  /** On the timer thread. What is thrown has broken the queue and been reported; others fire on. */
  void fire(long now) {
    try {
      core.step(() -> core.queue(this, s -> s.fire(now)));
    } catch (Error | ClosedException reported) {
      return;
    }
  }
}
