// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.ThreadPool;
import dev.quern.spi.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What runs the items of one work queue: up to maxActive lanes, each a job of the queue's own pool,
 * made on demand and used again. A lane that is engaged runs items until none is in line.
 *
 * <p>No item is left in line: whoever puts one there engages a lane in the same critical section,
 * unless all are engaged or it is a lane that is about to look; and a lane leaves only in a section
 * in which the line is empty. It may be engaged again before its job's body has returned: a running
 * job that is submitted runs once more.
 *
 * <p>Lock order: the queue's lock, then the pool's.
 */
final class WorkLanes {
  private final WorkCore core;
  private final Host host;
  private final ThreadPool pool;
  private final int maxActive;
  private final ThreadLocal<@Nullable LockedWork> current;
  private final List<Lane> all = new ArrayList<>(); // guarded by core.lock
  private final ArrayDeque<Lane> free = new ArrayDeque<>(); // guarded by core.lock
  private int running; // guarded by core.lock

  WorkLanes(
      WorkCore core,
      Host host,
      ThreadPool pool,
      int maxActive,
      ThreadLocal<@Nullable LockedWork> current) {
    this.core = core;
    this.host = host;
    this.pool = pool;
    this.maxActive = maxActive;
    this.current = current;
  }

  /** Whether one item at a time is all that may run. */
  boolean isSingle() {
    return maxActive == 1;
  }

  /** An item has joined the line. The queue's lock is held. */
  void engage() {
    Lane lane = free.poll();
    if (lane == null) {
      if (all.size() == maxActive) {
        return;
      }
      lane = new Lane();
      all.add(lane);
    }
    lane.engaged = true;
    lane.job.submit();
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

  /**
   * The queue takes nothing more. The lanes that are engaged run what is in line, and nothing joins
   * it any more but through a lane that is about to look. So the pool may be closed before they
   * have left, and ends after them.
   */
  void close() {
    pool.close();
  }

  /** Returns whether all was over in time; if not it goes on ending. */
  boolean close(Duration limit) throws InterruptedException {
    return pool.close(limit).isEmpty();
  }

  private final class Lane {
    private final Job job = pool.newJob(core.name(), this::run);
    private boolean engaged; // guarded by core.lock, as are those that follow
    private @Nullable LockedWork work;
    private @Nullable Thread thread; // while it runs that work
    private long since;
    private @Nullable Action code; // of that run

    private void run() {
      try {
        for (var next = begin(); next.isPresent(); next = begin()) {
          end(call(next.get()));
        }
      } catch (Throwable ours) { // what an item threw has been reported
        core.broke(ours);
        core.run(this::leave);
      }
    }

    private Optional<LockedWork> begin() {
      long now = host.nanoTime();
      return core.look(
          () -> {
            LockedWork first = core.line.first();
            if (first == null) {
              leave();
              return Optional.empty();
            }
            work = first;
            thread = Thread.currentThread();
            since = now;
            code = Objects.requireNonNullElse(first.captured, first.code);
            running++;
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
      core.run(
          () -> {
            core.tally.ran(ok);
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
        free.push(this);
      }
    }
  }
}
