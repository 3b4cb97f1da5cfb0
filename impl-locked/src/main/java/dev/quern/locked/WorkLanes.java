// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What runs the items of one work queue: up to maxActive lanes, each a job of the queue's own pool
 * or of a shared one, made on demand and used again. A lane that is engaged runs items until none
 * is in line, or the queue is paused. On a shared pool it gives its worker back after some items
 * and comes again, engaged all the while (rule W25).
 *
 * <p>A reserved worker (W14) is a lane with a thread of its own in place of a job. It is engaged
 * before any other, so whenever an item is in line it looks, whatever happens to the pool.
 *
 * <p>No item is left in line: whoever puts one there engages a lane in the same critical section,
 * unless all are engaged or it is a lane that is about to look; and a lane leaves only in a section
 * in which the line is empty, or the queue paused, whose last resume engages lanes for all. It may
 * be engaged again before its job's body has returned: a running job that is submitted runs once
 * more.
 *
 * <p>The end: an own pool ends by its close, once its lanes have left. A shared one is given back
 * by whoever finds the queue closed, the line empty and no lane engaged. The thread of the reserved
 * worker ends when it is not engaged after the close. With the last of these the queue has ended.
 *
 * <p>Lock order: the queue's lock, then the pool's.
 */
final class WorkLanes {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  /** After so many items a shared pool has its worker back. */
  private static final int SHARE = 16;

  private final int share; // 1 where a thread serves one run only (rule P18)

  private final WorkCore core;
  private final Host host;
  private final int priority;
  private final int maxActive;
  private final ThreadLocal<@Nullable LockedWork> current;
  private final Runnable whenEnded;
  private final @Nullable Pool shared;
  private final @Nullable ThreadPool own; // without shared
  private final @Nullable Lane reserved;
  private final Condition reservedWake;
  private @Nullable Thread reservedThread; // written by open
  private boolean reservedCalled; // guarded by core.lock, as are those that follow
  private final List<Lane> all = new ArrayList<>();
  private final ArrayDeque<Lane> free = new ArrayDeque<>();
  private int running;
  private int parts; // what has still to end: the pool, the reserved worker
  private boolean endClaimed; // of the shared pool
  private boolean ended;
  private boolean sharedBroken;
  private long begun; // runs so far

  /**
   * @param pools makes a pool of our own
   */
  WorkLanes(
      WorkCore core,
      Host host,
      WorkQueueSpec spec,
      int maxActive,
      ThreadLocal<@Nullable LockedWork> current,
      BiFunction<Host, ThreadPoolSpec, ThreadPool> pools,
      Runnable whenEnded) {
    boolean reserves = spec.reservedWorker().orElse(false);
    this.core = core;
    this.host = host;
    this.priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    this.maxActive = maxActive;
    this.current = current;
    this.whenEnded = whenEnded;
    this.reservedWake = core.newCondition();
    this.parts = reserves ? 2 : 1;
    this.shared = spec.pool().map(host::lendPool).orElse(null);
    this.share = shared != null && shared.clearsThreadLocals() ? 1 : SHARE;
    this.own =
        shared == null
            ? pools.apply(
                new OwnersHost(host, this::partEnded, core::broke),
                workers(reserves ? Math.max(1, maxActive - 1) : maxActive))
            : null;
    this.reserved = reserves ? new Lane(true) : null;
    if (reserved != null) {
      all.add(reserved);
    }
  }

  private ThreadPoolSpec workers(int maxThreads) {
    return ThreadPoolSpec.named(core.name())
        .priority(priority)
        .maxThreads(maxThreads)
        .idleLimit(IDLE_LIMIT)
        .virtual(false)
        .maxRun(16)
        .threadNames(false);
  }

  /**
   * The last step of creation.
   *
   * @throws IllegalStateException if the reserved worker cannot be started; nothing is left then
   */
  void open() {
    if (reserved != null) {
      try {
        reservedThread =
            host.startThread(core.name() + "-reserved", priority, false, null, this::serve);
      } catch (CannotStartThreadException failed) {
        throw new IllegalStateException(
            core.label() + ": its reserved worker cannot be started: " + failed.getCause(),
            failed.getCause());
      } finally {
        if (reservedThread == null) {
          closePool();
        }
      }
    }
    if (shared != null) {
      shared.whenBroken(this::sharedBroke);
    }
  }

  private void closePool() {
    if (own != null) {
      own.close();
    } else if (shared != null) {
      shared.close();
    }
  }

  /** Whether one item at a time is all that may run. */
  boolean isSingle() {
    return maxActive == 1;
  }

  /** Whether the caller is what the lanes would have to wait for (G6). */
  boolean isOnOnlyWorker() {
    return shared != null && reserved == null && shared.holdsCaller();
  }

  void requireOtherWorker(Object what, String operation) {
    if (isOnOnlyWorker()) {
      throw new MisuseException(
          what + ": " + operation + " on the only worker of its pool would wait for itself");
    }
  }

  // ---- Engaging. The queue's lock is held.

  /** An item has joined the line. Whether a lane was engaged for it. */
  boolean engage() {
    if (core.gate.isPaused()) {
      return false;
    }
    Lane lane = nextFree();
    if (lane == null) {
      return false;
    }
    lane.engaged = true;
    lane.call();
    return true;
  }

  private @Nullable Lane nextFree() {
    if (reserved != null && !reserved.engaged) {
      return reserved;
    }
    Lane lane = free.poll();
    if (lane == null && all.size() < maxActive) {
      lane = new Lane(false);
      all.add(lane);
    }
    return lane;
  }

  /** The last pause has ended: a lane for each item, as far as there are any. */
  void engageAll() {
    for (int left = core.line.size(); left > 0 && engage(); left--) {}
  }

  boolean isShared() {
    return shared != null;
  }

  int maxActive() {
    return maxActive;
  }

  /** How many items run. The queue's lock is held. */
  int running() {
    return running;
  }

  /** The queue's lock is held. */
  void forEachRunning(Consumer<LockedWork> action) {
    for (Lane lane : all) {
      if (lane.work != null) {
        action.accept(lane.work);
      }
    }
  }

  /** The queue's lock is held, so that no run ends meanwhile and the flag hits no other one. */
  void interruptRuns() {
    for (Lane lane : all) {
      if (lane.thread != null) {
        lane.thread.interrupt();
      }
    }
  }

  /** The queue's lock is held. */
  List<Family.Running> inspect(Instant now, long nanoTime) {
    List<Family.Running> runs = new ArrayList<>();
    for (Lane lane : all) {
      if (lane.work != null && lane.thread != null) {
        Instant since = now.minusNanos(nanoTime - lane.since);
        runs.add(new Family.Running(lane.work.name(), since, lane.thread.getName()));
      }
    }
    return runs;
  }

  /** The queue's lock is held. */
  List<Managed.Run> runs(long now) {
    List<Managed.Run> runs = new ArrayList<>();
    for (Lane lane : all) {
      if (lane.work != null && lane.thread != null) {
        runs.add(
            new Managed.Run(
                lane.work.name(), lane.thread, now - lane.since, lane.number, lane.work));
      }
    }
    return runs;
  }

  // ---- The reserved worker's thread

  private void serve() {
    try {
      while (awaitCall()) {
        Objects.requireNonNull(reserved).run();
      }
    } finally {
      partEnded();
    }
  }

  private boolean awaitCall() {
    return core.look(
        () -> {
          while (!reservedCalled && !core.gate.isClosing()) {
            reservedWake.awaitUninterruptibly();
          }
          boolean called = reservedCalled;
          reservedCalled = false;
          return called;
        });
  }

  // ---- The end

  /** The gate is closed; the queue's lock is held. */
  void closing() {
    reservedWake.signal();
  }

  /**
   * The queue takes nothing more. The lanes that are engaged run what is in line, and nothing joins
   * it any more but through a lane that is about to look. So an own pool may be closed before they
   * have left, and ends after them. Returns whether all was over in time; if not it goes on ending.
   */
  boolean close(long nanos) throws InterruptedException {
    long begin = System.nanoTime();
    if (own != null) {
      if (nanos == Waits.FOREVER) {
        own.close();
      } else if (!own.close(Duration.ofNanos(Math.max(0, nanos))).isEmpty()) {
        return false;
      }
    }
    endIfOver();
    Thread last = reservedThread;
    return core.look(() -> core.await(() -> ended, Waits.left(nanos, begin)))
        && (last == null || Waits.awaitEnd(last, Waits.FOREVER));
  }

  /** Gives a shared pool back, once. Without the lock. */
  void endIfOver() {
    if (shared == null) {
      return;
    }
    boolean mine =
        core.look(
            () -> {
              boolean over = core.gate.isClosing() && core.line.isEmpty();
              if (over) {
                dismiss(); // so strangers' jobs in the pool hold up no close
                over = all.stream().noneMatch(lane -> lane.engaged && lane.job != null);
              }
              boolean first = over && !endClaimed;
              endClaimed |= first;
              return first;
            });
    if (mine) {
      try {
        all.forEach(Lane::release); // no lane is made any more
        shared.close();
      } finally {
        partEnded();
      }
    }
  }

  /** Of the pool, or the reserved worker. */
  private void partEnded() {
    if (core.look(() -> --parts > 0)) {
      return;
    }
    try {
      whenEnded.run();
    } finally {
      core.run(
          () -> {
            ended = true;
            core.signal();
          });
    }
  }

  /** Lanes that the pool had not begun will not come. */
  private void sharedBroke(Throwable cause) {
    core.broke(cause); // nobody is in line any more
    core.run(
        () -> {
          sharedBroken = true;
          dismiss();
        });
    endIfOver();
  }

  /**
   * A run of a job that the pool had begun as it broke may come yet, or never: it finds nothing.
   */
  private void dismiss() {
    for (Lane lane : all) {
      Job job = lane.job;
      if (lane.engaged
          && job != null
          && (job.cancel() != Cancellation.RUNNING || (sharedBroken && lane.work == null))) {
        lane.leave();
      }
    }
  }

  private final class Lane {
    private final @Nullable Job job; // of the reserved worker there is none
    private boolean engaged; // guarded by core.lock, as are those that follow
    private @Nullable LockedWork work;
    private @Nullable Thread thread; // while it runs that work
    private long since;
    private long number; // of its run
    private @Nullable Action code; // of that run

    Lane(boolean reserved) {
      if (reserved) {
        this.job = null;
      } else {
        this.job =
            shared != null
                ? shared.newJob(core.name(), this::run)
                : Objects.requireNonNull(own).newJob(core.name(), this::run);
      }
    }

    /** The queue's lock is held. */
    private void call() {
      if (job != null) {
        job.submit();
      } else {
        reservedCalled = true;
        reservedWake.signal();
      }
    }

    private void run() {
      try {
        int served = 0;
        for (var next = begin(); next.isPresent(); next = begin()) {
          end(call(next.get()));
          if (++served >= share && comesAgain()) {
            return;
          }
        }
      } catch (Throwable ours) { // what an item threw has been reported
        core.broke(ours);
        core.run(this::leave);
      }
      endIfOver();
    }

    /** On a shared pool others have their turn, if anything is left to come again for. */
    private boolean comesAgain() {
      return shared != null
          && job != null
          && core.look(
              () -> {
                if ((core.line.isEmpty() && share > 1) || core.gate.isPaused()) {
                  return false;
                }
                try {
                  job.submit();
                  return true;
                } catch (ClosedException closing) {
                  return false; // it has been told to end, and waits for this body
                }
              });
    }

    /** Waits for nothing: the body may be leaving yet. */
    private void release() {
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

    private Optional<LockedWork> begin() {
      return core.look(
          () -> {
            LockedWork first = core.gate.isPaused() ? null : core.line.first();
            if (first == null) {
              leave();
              return Optional.empty();
            }
            long now = host.nanoTime(); // here, so that no run seems longer than it is
            work = first;
            thread = Thread.currentThread();
            since = now;
            code = Objects.requireNonNullElse(first.captured, first.code);
            running++;
            number = ++begun;
            if (core.times == WorkTimes.TOTALS) {
              core.tally.waitedFor(now - first.inLineSince);
            }
            core.settle(first, first.state.begin());
            return Optional.of(first);
          });
    }

    private boolean call(LockedWork next) {
      Action run = Objects.requireNonNull(code);
      code = null;
      current.set(next);
      try {
        return UserCode.runOnOurThread(
            host, Kind.WORK_QUEUE, core.name(), next.name(), next.body, run);
      } finally {
        current.remove();
      }
    }

    private void end(boolean ok) {
      long nanos = core.times == WorkTimes.TOTALS ? host.nanoTime() - since : 0;
      core.run(
          () -> {
            core.tally.ran(ok);
            core.tally.ranFor(nanos);
            finish();
          });
      Thread.interrupted(); // one that interruptRuns set after the body's end
    }

    private void finish() {
      LockedWork ended = work;
      if (ended != null) {
        work = null;
        thread = null;
        running--;
        core.settle(ended, ended.state.end());
      }
    }

    /** Also after an error of our own, in whatever it was. */
    private void leave() {
      finish();
      if (engaged) {
        engaged = false;
        if (job != null) {
          free.push(this);
        }
      }
    }
  }
}
