// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Work;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A work item. Each method checks what may be asked by whom, makes one step of the item's word, and
 * sees to what follows from it: a lane, the wheel, those who wait.
 *
 * <p>After its step a submission that delayed the item looks at the gate once more: a close that it
 * raced with may have walked over the wheel before. Then it takes the run away itself.
 *
 * <p>Progress: submissions, cancel, disable and enable are lock-free; they wait for nobody.
 */
final class LockfreeWork extends WorkState implements Work {
  /** What rule G18 makes of a longer delay. */
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private static final long CENTURY_NANOS = CENTURY.toNanos();

  final WorkCore core;
  private final String name;
  private final Action code;

  LockfreeWork(WorkCore core, String name, Action body) {
    this.core = core;
    this.name = name;
    this.code = body;
  }

  LockfreeWork(WorkCore core, String name, Body<Work> body) {
    this.core = core;
    this.name = name;
    this.code = new WithSelf(this, body);
  }

  /** A body that is told whose it is. */
  private record WithSelf(LockfreeWork self, Body<Work> body) implements Action {
    @Override
    public void run() throws Exception {
      body.run(self);
    }
  }

  @Override
  public String name() {
    return name;
  }

  // ---- What the state asks for

  @Override
  RunLine line() {
    return core.line;
  }

  @Override
  WatchedRuns watched() {
    return core.watched;
  }

  @Override
  long now() {
    return core.wheel.now();
  }

  @Override
  boolean isSingle() {
    return core.lanes.isSingle();
  }

  @Override
  void engageLane() {
    core.lanes.engage();
  }

  @Override
  @Nullable Room room() {
    return core.room;
  }

  @Override
  void placeLeft() {
    core.placeLeft();
  }

  // ---- Submissions

  @Override
  public Submission submit() {
    return enter(Entry.SUBMIT);
  }

  @Override
  public Submission submit(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    Room room = core.room;
    if (room == null) {
      return submit();
    }
    boolean outside = core.caller() == null;
    while (true) {
      Submission answer = enterOrNull(Entry.SUBMIT);
      if (answer != null) {
        return answer;
      }
      if (!deadline.waits() || deadline.left() <= 0) {
        return core.counts.answered(Submission.REFUSED);
      }
      requireAnother();
      room.waits.await(
          () -> room.isThere() || !needsRoom(word()) || core.gate.refusesAll(outside), deadline);
    }
  }

  @Override
  public Submission schedule(Duration delay) {
    long nanos = nanos(delay);
    return nanos == 0 ? submit() : delay(false, nanos, core.wheel.now());
  }

  @Override
  public Submission scheduleAt(long nanoTime) {
    return at(false, nanoTime);
  }

  @Override
  public Submission reschedule(Duration delay) {
    long nanos = nanos(delay);
    return nanos == 0 ? enter(Entry.RESCHEDULE_NOW) : delay(true, nanos, core.wheel.now());
  }

  @Override
  public Submission rescheduleAt(long nanoTime) {
    return at(true, nanoTime);
  }

  private Submission at(boolean anew, long nanoTime) {
    long time = core.wheel.sinceOrigin(nanoTime);
    if (core.wheel.isSurelyAhead(time)) {
      return delay(anew, time, 0);
    }
    long now = core.wheel.now();
    long nanos = Math.min(time - now, CENTURY_NANOS);
    if (nanos <= 0) {
      return enter(anew ? Entry.RESCHEDULE_NOW : Entry.SUBMIT);
    }
    return delay(anew, nanos, now);
  }

  private static long nanos(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (delay.isNegative()) {
      return 0;
    }
    return delay.compareTo(CENTURY) > 0 ? CENTURY_NANOS : delay.toNanos();
  }

  private Submission enter(Entry event) {
    Submission answer = enterOrNull(event);
    return answer == null ? core.counts.answered(Submission.REFUSED) : answer;
  }

  /** Null if there is no room. */
  private @Nullable Submission enterOrNull(Entry event) {
    if (!core.gate.isOpen() && core.refuses(this)) {
      return core.counts.answered(Submission.REFUSED);
    }
    Room room = core.room;
    Action run = captured();
    long old = room == null ? enter(event, 0, true, run) : enterForRoom(event, room, run);
    if (old == NO_ROOM) {
      return null;
    }
    if (pending(old) == DELAYED && old != RunLine.SEALED) {
      followDelayed();
    }
    return answer(old);
  }

  /** What adds no run needs no room. The word before, or NO_ROOM. */
  private long enterForRoom(Entry event, Room room, @Nullable Action run) {
    long old = enter(event, 0, false, run);
    if (old != NO_ROOM) {
      return old;
    }
    if (!room.tryClaim()) {
      return enter(event, 0, false, run); // it may be pending by now, and then this coalesces
    }
    boolean added = false;
    try {
      old = enter(event, 0, true, run);
      added = old != RunLine.SEALED && needsRoom(old);
    } finally {
      if (added) {
        room.settle();
      } else {
        room.giveBack();
      }
    }
    return old;
  }

  private Submission delay(boolean anew, long nanos, long now) {
    if (!core.gate.isOpen() && core.refuses(this)) {
      return core.counts.answered(Submission.REFUSED);
    }
    Action run = captured();
    long time = now + nanos;
    long old = anew ? reschedule(time, run) : schedule(time, run);
    followDelayed();
    return answer(old);
  }

  /** What the context hook makes of a submission by the caller; null without one. */
  private @Nullable Action captured() {
    ContextHook hook = core.contextHook;
    return hook == null ? null : UserCode.captured(hook, code);
  }

  /** The item may be delayed now, or not any more: has the wheel look in time, or let go. */
  private void followDelayed() {
    long deadline = deadline();
    if (deadline == NEVER) {
      core.wheel.stop(this);
      return;
    }
    core.wheel.start(this, deadline);
    if (core.gate.isShut() && removeDelayed() && core.gate.isCleared()) {
      throw core.closed(this);
    }
  }

  private Submission answer(long old) {
    if (old == RunLine.SEALED || has(old, CLOSED)) {
      requireInside();
      return core.counts.answered(Submission.REFUSED);
    }
    return core.counts.answered(
        refuses(old)
            ? Submission.REFUSED
            : isPending(old) ? Submission.COALESCED : Submission.QUEUED);
  }

  /** What is closed refuses its own run, and throws at everybody else. */
  private void requireInside() {
    LockfreeWork caller = core.caller();
    if (caller == null || (caller != this && !core.gate.isClosing())) {
      throw core.gate.isClosing() ? core.closed(this) : new ClosedException(this + ": closed");
    }
  }

  // ---- Cancellations

  @Override
  public Cancellation cancel() {
    return answer(Removal.CANCEL);
  }

  @Override
  public Cancellation disable() {
    return answer(Removal.DISABLE);
  }

  private Cancellation answer(Removal event) {
    long old = take(event);
    if (isPending(old)) {
      return Cancellation.REMOVED;
    }
    return has(old, RUNNING) ? Cancellation.RUNNING : Cancellation.IDLE;
  }

  /** Takes the pending run away, if there is one; returns the word before. */
  private long take(Removal event) {
    long old = remove(event);
    boolean kept = pending(old) == QUEUED && keepsQueued(event);
    if (isPending(old) && !kept) {
      core.counts.removed();
      if (pending(old) == DELAYED) {
        core.wheel.stop(this);
      }
    }
    core.waits.wakeAll();
    core.wakeThoseForRoom();
    return old;
  }

  @Override
  public Cancellation cancelAndWait() throws InterruptedException {
    return cancelAndWait(Deadline.NEVER);
  }

  @Override
  public Cancellation cancelAndWait(Duration limit) throws InterruptedException {
    return cancelAndWait(Deadline.in(limit));
  }

  private Cancellation cancelAndWait(Deadline deadline) throws InterruptedException {
    requireOutside("cancelAndWait()");
    return await(Removal.CANCEL_AND_WAIT, deadline);
  }

  @Override
  public Cancellation disableAndWait() throws InterruptedException {
    return disableAndWait(Deadline.NEVER);
  }

  @Override
  public Cancellation disableAndWait(Duration limit) throws InterruptedException {
    return disableAndWait(Deadline.in(limit));
  }

  private Cancellation disableAndWait(Deadline deadline) throws InterruptedException {
    requireOutside("disableAndWait()");
    return await(Removal.DISABLE_AND_WAIT, deadline);
  }

  /** The instant of W7 is the end of the run that the step found: until then the word refuses. */
  private Cancellation await(Removal event, Deadline deadline) throws InterruptedException {
    Cancellation answer = answer(event);
    long run = current();
    boolean over =
        !has(word(), CANCELLING) || core.announced.await(name, this, () -> isOver(run), deadline);
    return over ? answer : Cancellation.TIMED_OUT;
  }

  @Override
  public void enable() {
    if (core.gate.isClosing()) {
      return;
    }
    long old = enabled();
    if (pending(old) != DISABLED && !has(old, CLOSED) && !core.gate.isClosing()) {
      throw new MisuseException(this + ": enable() without disable()");
    }
  }

  // ---- Waits for runs

  @Override
  public void flush() throws InterruptedException {
    flush(Deadline.NEVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Deadline.in(limit));
  }

  private boolean flush(Deadline deadline) throws InterruptedException {
    requireOutside("flush()");
    long run = latest(Entry.HURRY);
    core.wheel.stop(this);
    return core.announced.await(name, this, () -> isOver(run), deadline);
  }

  @Override
  public void close() {
    requireOutside("close()");
    boolean removed = pending(take(Removal.CLOSE)) == DELAYED;
    core.announced.awaitUninterruptibly(name, this, () -> !isBusy(word()));
    if (removed) {
      core.warn(this + ": close() removed its delayed run");
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireOutside("close()");
    boolean removed = pending(take(Removal.CLOSE)) == DELAYED;
    boolean ended = core.waits.await(() -> !isBusy(word()), deadline);
    return ended && !removed ? List.of() : List.of(name);
  }

  /** Rule G6: inside the item, or inside the one run at a time that its queue allows. */
  private void requireOutside(String operation) {
    LockfreeWork caller = core.caller();
    if (caller == this) {
      throw new MisuseException(
          this + ": " + operation + " from inside its own run would wait for itself");
    }
    if (caller != null && isSingle()) {
      throw new MisuseException(
          this
              + ": "
              + operation
              + " from inside work \""
              + caller.name
              + "\" would wait for itself: the queue runs one item at a time");
    }
    core.lanes.requireOtherWorker(this, operation);
  }

  /** Rule G6: whoever would wait for room must not be what makes it. */
  private void requireAnother() {
    LockfreeWork caller = core.caller();
    if (caller != null && isSingle()) {
      throw new MisuseException(
          this
              + ": submit(limit) from inside work \""
              + caller.name
              + "\" would wait for room that only that run can make");
    }
    core.lanes.requireOtherWorker(this, "submit(limit)");
  }

  // ---- Looks

  @Override
  public boolean isPending() {
    return isPending(seen());
  }

  @Override
  public boolean isBusy() {
    return isBusy(seen());
  }

  /** The word, but that a queue that closes has no delayed items, even before it has found them. */
  private long seen() {
    long now = word();
    return pending(now) == DELAYED && core.gate.isShut() ? without(now) : now;
  }

  @Override
  public boolean isCancelling() {
    long now = word();
    return has(now, RUNNING) && (has(now, CANCELLING | CLOSED) || core.gate.isClosing());
  }

  @Override
  public boolean isClosed() {
    return has(word(), CLOSED) || core.gate.isClosing();
  }

  @Override
  public String toString() {
    return core.label() + ": work \"" + name + "\"";
  }

  // ---- What the queue and the wheel ask for

  /** Of a run for which no context hook made another. */
  Action code() {
    return code;
  }

  /** Of the user's body: the context loader of its runs (G13). */
  @Nullable ClassLoader loader() {
    Object body = code instanceof WithSelf withSelf ? withSelf.body : code;
    return body.getClass().getClassLoader();
  }

  /** On the timer thread. What is thrown breaks the queue; other timers fire on. */
  @Override
  void fire(long now) {
    try {
      if (core.gate.isShut()) {
        removeDelayed();
      } else if (enter(Entry.FIRE, now) == RunLine.SEALED) {
        removeDelayed();
      }
    } catch (Throwable ours) {
      core.broke(ours);
    }
  }

  /** The queue is closing: nothing delayed will run. Whether there was something. */
  boolean removeDelayed() {
    boolean removed = pending(take(Removal.CLOSE_QUEUE)) == DELAYED;
    if (removed) {
      core.removed(this);
    }
    return removed;
  }

  /** The queue is broken: nothing pending will run. */
  boolean discard() {
    take(Removal.CANCEL);
    return true;
  }
}
