// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.spi.Managed;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A lane: one thread at a time that runs items of one queue, until none is in line, or the queue is
 * paused. A job of the queue's own pool, or of a shared one, used again; or the queue's reserved
 * worker. What it shows of itself is written by its own thread only.
 *
 * <p>Of these stores one a run is in volatile mode, the last, before the looks at the pin and at
 * those who wait; those before it are ordered by steps of line and item, or by each other: release.
 *
 * <p>On a shared pool it gives the worker back after some items, and comes again behind what waits
 * there (rule W25): it stays engaged, and its job is submitted once more from its own body.
 */
final class Lane {
  private static final VarHandle PLACE = handle("place", long.class);
  private static final VarHandle WORK = handle("work", LockfreeWork.class);
  private static final VarHandle SINCE = handle("since", long.class);
  private static final VarHandle BEGUN = handle("begun", long.class);
  private static final VarHandle COMPLETED = handle("completed", long.class);
  private static final long NOT_TAKING = Long.MAX_VALUE;
  private static final int COUNT_BITS = 47; // the number of a lane has 16

  final int number;
  volatile int nextFree; // while it is free: the next free lane, as WorkLanes counts them

  private final WorkCore core;

  /** On a shared pool: whether its job owes a body that leaves, since it may be dismissed. */
  final AtomicBoolean called = new AtomicBoolean();

  private final @Nullable Job job; // the reserved worker has none
  private final @Nullable ReservedWorker reserved;
  private final LongConsumer intent;
  private final Consumer<Action> capture = made -> captured = made;

  private final Linger linger;
  private boolean lingered; // and has found something; its own thread only
  private final InterruptPin pin = new InterruptPin();
  private volatile long place = NOT_TAKING; // that it took, or is about to take
  private volatile @Nullable LockfreeWork work;
  private volatile @Nullable Thread thread;
  private volatile long since;
  private volatile long begun;
  private volatile long completed;
  private volatile long failed;
  private volatile long waited; // nanoseconds
  private volatile long ran; // nanoseconds
  private @Nullable Action captured; // what a hook made of the next run; its own thread only
  private long inLineSince; // what it took, on the wheel's scale; its own thread only

  Lane(WorkCore core, int number) {
    this.core = core;
    this.number = number;
    this.intent = intent();
    this.linger = core.lanes.newLinger();
    this.job = core.lanes.newJob(this::run);
    this.reserved = null;
  }

  Lane(WorkCore core, ReservedWorker reserved) {
    this.core = core;
    this.number = 0;
    this.intent = intent();
    this.linger = core.lanes.newLinger();
    this.job = null;
    this.reserved = reserved;
  }

  private LongConsumer intent() {
    return core.times == WorkTimes.TOTALS ? this::intendTimed : this::setPlaceRelease;
  }

  private void intendTimed(long taken) {
    setPlaceRelease(taken);
    inLineSince = core.line.stamped(taken); // now: once taken, its cell may get another time
  }

  private static VarHandle handle(String field, Class<?> type) {
    return ConstantBootstraps.fieldVarHandle(lookup(), field, VarHandle.class, Lane.class, type);
  }

  /** Before the step by which the item leaves its place: seen by who sees head beyond it. */
  private void setPlaceRelease(long taken) {
    PLACE.setRelease(this, taken);
  }

  /** Before the item's step: seen by who sees it running. Null: see the end of a run. */
  private void setWorkRelease(@Nullable LockfreeWork item) {
    WORK.setRelease(this, item);
  }

  /** Before it is counted as begun. */
  private void setSinceRelease(long now) {
    SINCE.setRelease(this, now);
  }

  /** After item and time. */
  private void countBegunRelease() {
    BEGUN.setRelease(this, (long) BEGUN.get(this) + 1);
  }

  /** Before the item's step, and before the next item and time. */
  private void countCompletedRelease() {
    COMPLETED.setRelease(this, (long) COMPLETED.get(this) + 1);
  }

  void start() {
    if (reserved != null) {
      reserved.call();
    } else {
      markCalled(true);
      Objects.requireNonNull(job).submit();
    }
  }

  /** On a shared pool. */
  void markCalled(boolean owed) {
    if (core.lanes.isShared()) {
      called.set(owed);
    }
  }

  boolean isReserved() {
    return reserved != null;
  }

  /**
   * Takes the body back that was asked for. Whether it was still to come, and will not; or, if the
   * pool broke, may come or not, and has nothing to do.
   */
  boolean isDismissed(boolean poolBroke) {
    return job != null
        && called.get()
        && (job.cancel() != Cancellation.RUNNING || (poolBroke && thread == null))
        && called.compareAndSet(true, false);
  }

  /** The shared pool is given back. Waits for nothing: the last body may be leaving yet. */
  void release() {
    try {
      if (job != null) {
        job.close(Duration.ZERO);
      }
    } catch (MisuseException insideTheOnlyWorker) {
      // the caller's own job is another one of the pool; this one is idle
    } catch (InterruptedException impossible) {
      Thread.currentThread().interrupt(); // one look is not interrupted
    }
  }

  /** The item of the queue that runs on it. */
  @Nullable LockfreeWork work() {
    return work;
  }

  @Nullable Thread thread() {
    return thread;
  }

  /** Interrupts what runs on it, and nothing that follows. */
  void interruptRun() {
    LockfreeWork meant = work;
    Thread on = thread;
    if (meant != null && on != null) {
      pin.interrupt(on, () -> work == meant);
    }
  }

  long since() {
    return since;
  }

  long begun() {
    return begun;
  }

  long completed() {
    return completed;
  }

  long failed() {
    return failed;
  }

  long waited() {
    return waited;
  }

  long ran() {
    return ran;
  }

  /**
   * The run that goes on here, for the watchdog (rule W18). Item and time are written before the
   * run is counted as begun, and the next ones after it was counted as completed: between the two
   * looks at the counts they are that run's.
   */
  Optional<Managed.Run> run(long now) {
    long count = begun;
    LockfreeWork item = work;
    Thread runner = thread;
    long time = since;
    if (item == null || runner == null || completed >= count || begun != count) {
      return Optional.empty();
    }
    long id = (long) number << COUNT_BITS | count;
    return Optional.of(new Managed.Run(item.name(), runner, now - time, id, item));
  }

  /** Whether it has left behind all that stood in line before that place. */
  boolean isPast(long end) {
    return place >= end;
  }

  /** The job's body. */
  void run() {
    core.current.set(this);
    boolean comesAgain = false;
    do {
      try {
        comesAgain = runAll();
      } catch (Throwable ours) { // what an item threw has been reported
        core.broke(ours);
      }
    } while (!comesAgain && (lingers() || !core.lanes.leave(this)));
    core.current.set(null); // removed, it would be allocated anew at the next engagement
    if (comesAgain) {
      core.settled(); // others may have emptied the line
    } else {
      core.lanes.endIfOver();
    }
  }

  /** It shows no thread, as if it had left. */
  private boolean lingers() {
    if (!core.lanes.mayLinger()) {
      return false;
    }
    core.settled();
    lingered = linger.finds();
    return lingered;
  }

  /** Whether it comes again, and so must not leave. */
  private boolean runAll() {
    thread = Thread.currentThread(); // then looks for a pause: see WorkCore.isResting
    int served = 0;
    try {
      for (Object next = take(); next != null; next = take()) {
        LockfreeWork item = (LockfreeWork) next;
        if (lingered) {
          lingered = false;
          core.lanes.engageForRest();
        }
        core.waits.wakeAll(); // whoever flushes waits for head, and for this lane to be past
        if (core.gate.isBroken()) {
          item.discard();
        } else {
          run(item);
        }
        if (++served >= core.lanes.share() && comesAgain()) {
          return true;
        }
      }
      return false;
    } finally {
      thread = null;
      place = NOT_TAKING;
      core.waits.wakeAll();
    }
  }

  private @Nullable Object take() {
    return core.pauses.isPaused() ? null : core.line.take(intent);
  }

  private boolean comesAgain() {
    if (job == null || !core.lanes.isShared() || core.pauses.isPaused()) {
      return false;
    }
    if (core.line.isEmpty() && core.lanes.share() > 1) {
      return false;
    }
    try {
      job.submit();
      return true;
    } catch (ClosedException poolCloses) {
      return false; // but lets this body end
    }
  }

  private void run(LockfreeWork item) {
    setWorkRelease(item); // whoever flushes the queue looks for what is queued behind it
    boolean well = false;
    if (!begins(item)) {
      work = null;
      pin.endRun();
      return;
    }
    try {
      begin();
      well =
          UserCode.runHere(
              core.host, Kind.WORK_QUEUE, core.name, item.name(), item.loader(), takeCode(item));
      if (core.times == WorkTimes.TOTALS) {
        ran = ran + (core.host.nanoTime() - since);
      }
    } finally {
      if (!well) {
        failed = failed + 1;
      }
      countCompletedRelease();
      try {
        end(item);
      } finally {
        setWorkRelease(null);
        place = NOT_TAKING; // volatile, for both looks that follow
        pin.endRun();
        core.waits.wakeAll();
      }
    }
  }

  private Action takeCode(LockfreeWork item) {
    Action made = captured;
    if (made == null) {
      return item.code();
    }
    captured = null;
    return made;
  }

  /** Since when comes first: whoever sees that a run has begun sees its time. */
  private void begin() {
    try {
      setSinceRelease(core.host.nanoTime());
      if (core.times == WorkTimes.TOTALS) {
        waited = waited + (core.wheel.sinceOrigin(since) - inLineSince);
      }
    } finally {
      countBegunRelease();
    }
  }

  /** It has left the line, so what is thrown must not leave it queued. */
  private boolean begins(LockfreeWork item) {
    try {
      return item.begin(place, capture);
    } catch (Throwable ours) {
      work = null;
      item.discard();
      throw ours;
    }
  }

  private void end(LockfreeWork item) {
    try {
      item.end();
    } catch (Throwable ours) {
      long old = item.endBroken();
      if (WorkState.pending(old) == WorkState.QUEUED && !WorkState.isInLine(old)) {
        core.counts.removed();
      }
      throw ours;
    }
  }
}
