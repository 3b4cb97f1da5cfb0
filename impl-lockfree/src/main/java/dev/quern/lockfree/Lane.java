// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Job;
import dev.quern.Kind;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A lane: one thread at a time that runs items of one queue, until none is in line. A job of the
 * queue's own pool, used again. What it shows of itself is written by its own thread only.
 */
final class Lane {
  private static final long NOT_TAKING = Long.MAX_VALUE;

  final int number;
  volatile int nextFree; // while it is free: the next free lane, as WorkLanes counts them

  private final WorkCore core;
  private final Job job;
  private final LongConsumer intent = taken -> place = taken;

  private final InterruptPin pin = new InterruptPin();
  private volatile long place = NOT_TAKING; // that it took, or is about to take
  private volatile @Nullable LockfreeWork work;
  private volatile @Nullable Thread thread;
  private volatile long since;
  private volatile long begun;
  private volatile long completed;
  private volatile long failed;

  Lane(WorkCore core, int number) {
    this.core = core;
    this.number = number;
    this.job = core.lanes.newJob(this::run);
  }

  void start() {
    job.submit();
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

  /** Whether it has left behind all that stood in line before that place. */
  boolean isPast(long end) {
    return place >= end;
  }

  /** The job's body. */
  private void run() {
    core.current.set(this);
    do {
      try {
        runAll();
      } catch (Throwable ours) { // what an item threw has been reported
        core.broke(ours);
      }
    } while (!core.lanes.leave(this));
    core.current.remove();
  }

  private void runAll() {
    thread = Thread.currentThread();
    try {
      for (Object next = take(); next != null; next = take()) {
        LockfreeWork item = (LockfreeWork) next;
        core.waits.wakeAll(); // whoever flushes waits for head, and for this lane to be past
        if (core.gate.isBroken()) {
          item.discard();
        } else {
          run(item);
        }
      }
    } finally {
      thread = null;
      place = NOT_TAKING;
      core.waits.wakeAll();
    }
  }

  private @Nullable Object take() {
    return core.line.take(intent);
  }

  private void run(LockfreeWork item) {
    work = item; // before it runs: whoever flushes the queue looks for what is queued behind it
    boolean well = false;
    if (!begins(item)) {
      work = null;
      pin.endRun();
      return;
    }
    try {
      begun = begun + 1;
      since = core.host.nanoTime();
      well =
          UserCode.runHere(
              core.host, Kind.WORK_QUEUE, core.name, item.name(), item.loader(), item.takeCode());
    } finally {
      completed = completed + 1;
      failed = failed + (well ? 0 : 1);
      try {
        end(item);
      } finally {
        work = null;
        pin.endRun();
        place = NOT_TAKING;
        core.waits.wakeAll();
      }
    }
  }

  /** It has left the line, so what is thrown must not leave it queued. */
  private boolean begins(LockfreeWork item) {
    try {
      return item.begin(place);
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
