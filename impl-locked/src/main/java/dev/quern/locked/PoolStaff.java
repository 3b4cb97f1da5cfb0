// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Family;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool and the line in front of them. A submitted job goes to the worker that
 * idles since the shortest time, else to the end of the line; a worker that is free takes the head
 * of the line before it idles. So while a job waits nobody idles, and the overseer owes a worker as
 * long as the bound allows one. The lock is the pool's.
 */
class PoolStaff {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  final LockedThreadPool pool;
  final ReentrantLock lock;
  final JobLine line = new JobLine(); // guarded by lock
  final Set<LockedWorker> live = new LinkedHashSet<>(); // guarded by lock
  int starting; // guarded by lock
  boolean over; // guarded by lock; closed or broken: nobody idles any more
  private final Host host;
  private final Map<Thread, LockedWorker> inside;
  private final int priority;
  private final boolean virtual;
  private final UnaryOperator<Runnable> workers;
  private final int maxThreads;

  /** Whether a worker leaves after one run, and its thread-locals with it (rule P18). */
  private final boolean oneRun;

  private final long idleNanos;
  private final Condition overseerWake;
  private final ArrayDeque<LockedWorker> idle = new ArrayDeque<>(); // guarded by lock
  private final List<Thread> leaving = new ArrayList<>(); // guarded by lock
  private long begun; // guarded by lock, bodies so far
  private int workerNumber = 1; // of the overseer

  PoolStaff(
      LockedThreadPool pool,
      ThreadPoolSpec spec,
      Map<Thread, LockedWorker> inside,
      UnaryOperator<Runnable> workers) {
    this.pool = pool;
    this.lock = pool.lock;
    this.host = pool.host;
    this.inside = inside;
    this.priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    this.virtual = spec.virtual().orElse(false);
    this.workers = workers;
    this.maxThreads = spec.maxThreads().orElse(Integer.MAX_VALUE);
    this.oneRun = spec.clearThreadLocals().orElse(false);
    this.idleNanos = Delays.delay(spec.idleLimit().orElse(IDLE_LIMIT));
    this.overseerWake = lock.newCondition();
  }

  // ---- For the pool and its jobs

  /** Whether one worker is all that there may be. */
  boolean isExclusive() {
    return maxThreads == 1;
  }

  /** The worker of this pool on which the caller is. */
  @Nullable LockedWorker callersWorker() {
    LockedWorker worker = inside.get(Thread.currentThread());
    while (worker != null && worker.pool() != pool) {
      worker = worker.outer();
    }
    return worker;
  }

  /** Gives a job that has just become WAITING to an idle worker, or a place in line. */
  void place(LockedJob job) {
    LockedWorker worker = idle.poll();
    if (worker == null) {
      line.add(job);
      wakeOverseer();
    } else {
      job.beginOn(worker);
      worker.wake.signal();
    }
  }

  /** Takes a waiting job out of line. The lock is held, as in all of these. */
  void remove(LockedJob job) {
    line.remove(job);
  }

  /** Has workers come, if any are owed. */
  void wakeOverseer() {
    if (needsWorker()) {
      overseerWake.signal();
    }
  }

  /** Nobody idles any more: the idle leave, and the busy once the line is empty. */
  void dismiss() {
    over = true;
    idle.forEach(worker -> worker.wake.signal());
    overseerWake.signal();
  }

  /** The pool broke: the jobs in line will not run. */
  void dropLine() {
    for (LockedJob job; (job = line.poll()) != null; ) {
      job.drop();
    }
  }

  /** Each job that a worker has or that waits. */
  void forEachJob(Consumer<LockedJob> each) {
    for (LockedWorker worker : live) {
      if (worker.job != null) {
        each.accept(worker.job);
      }
    }
    line.forEach(each);
  }

  int maxThreads() {
    return maxThreads;
  }

  List<Managed.Run> runs(long nanoTime) {
    List<Managed.Run> runs = new ArrayList<>();
    for (LockedWorker worker : live) {
      Managed.Run body = worker.run(nanoTime);
      if (body != null) {
        runs.add(body);
      }
    }
    return runs;
  }

  Managed.Counts counts(Tally tally, Instant now, long nanoTime) {
    long pending = line.size();
    List<Family.Running> running = new ArrayList<>();
    for (LockedWorker worker : live) {
      Family.Running body = worker.running(now, nanoTime);
      if (body != null) {
        running.add(body);
      }
      if (worker.job != null) {
        pending += worker.job.pendingOn(worker, body != null);
      }
    }
    return tally.counts(pending, running);
  }

  void interruptRuns() {
    for (LockedWorker worker : live) {
      if (worker.job != null && worker.thread != null) {
        worker.thread.interrupt();
      }
    }
  }

  // ---- What is otherwise in a view

  /** Whether the caller is on the only worker of a view's base. */
  boolean baseHoldsCaller() {
    return false;
  }

  /** Whether the line has all that it has room for. The lock is held, as in the next three. */
  boolean isFull() {
    return false;
  }

  boolean isPaused() {
    return false;
  }

  /** A job has left the line. */
  void roomMade() {}

  /** A worker has been counted out, and will end its thread. */
  void hasLeft(LockedWorker worker, Thread thread) {
    leaving.add(thread);
    overseerWake.signal();
  }

  /** Of a closed view: ends it, if that is all. Without the lock. */
  void endIfOver() {}

  // ---- For its workers; without the lock

  /** False if it is not counted any more: its base broke. */
  boolean arrived(LockedWorker worker, Thread thread) {
    lock.lock();
    try {
      if (!live.contains(worker)) {
        return false;
      }
      worker.setOuter(inside.put(thread, worker));
      worker.thread = thread;
      starting--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the worker's run, if it had one, and finds it the next. In one step, so that a job that
   * submitted itself is behind the others, and yet runs here if there are none.
   *
   * @param ok whether the body before ended well
   * @return false if the worker is to leave
   */
  boolean next(LockedWorker worker, boolean ok) {
    BriefLock.lock(lock);
    try {
      boolean ran = worker.job != null;
      endBody(worker, ok);
      if (ran && oneRun) {
        return false; // once it has left the overseer starts another, if a job waits
      }
      LockedJob head = isPaused() ? null : line.poll();
      if (head != null) {
        head.beginOn(worker);
        wakeOverseer();
        roomMade();
      } else if (!awaitJob(worker)) {
        return false;
      }
      worker.begins(host.recentNanoTime(), ++begun);
      return true;
    } finally {
      lock.unlock();
    }
  }

  final void endBody(LockedWorker worker, boolean ok) {
    LockedJob job = worker.job;
    if (job != null) {
      worker.ends();
      if (!ok) {
        pool.tally.runThrew();
      }
      if (job.endBody(worker)) {
        if (oneRun) {
          place(job); // this worker does not come for it
        } else {
          line.add(job);
        }
      }
    }
  }

  /** Whether the worker, which has found nothing, was given a job before its time was up. */
  boolean awaitJob(LockedWorker worker) {
    if (over) {
      return false;
    }
    long deadline = host.nanoTime() + idleNanos;
    idle.push(worker);
    while (worker.job == null && !over) {
      long left = deadline - host.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        worker.wake.awaitNanos(left);
      } catch (InterruptedException stray) {
        // meant for no run
      }
    }
    if (worker.job != null) {
      return true; // also if time was up just now (P9)
    }
    idle.remove(worker);
    return false;
  }

  void left(LockedWorker worker, Thread thread) {
    restore(worker, thread);
    pool.step(() -> countOut(worker, thread));
    endIfOver();
  }

  private void countOut(LockedWorker worker, Thread thread) {
    if (worker.thread == null) {
      starting--;
    }
    idle.remove(worker);
    if (worker.job != null) { // only if the pool broke
      endBody(worker, false);
    }
    live.remove(worker);
    hasLeft(worker, thread);
  }

  /** The base's own worker, if there is one, is found on its thread again. */
  final void restore(LockedWorker worker, Thread thread) {
    LockedWorker outer = worker.outer();
    worker.setOuter(null);
    if (outer == null) {
      inside.remove(thread);
    } else {
      inside.put(thread, outer);
    }
  }

  // ---- For the overseer; without the lock

  final boolean needsWorker() {
    return line.size() > starting && live.size() < maxThreads && !isPaused();
  }

  /** Waits until a worker is owed, and counts it; null once the pool is closed and empty. */
  @Nullable LockedWorker awaitNeed() {
    while (true) {
      final Thread last;
      lock.lock();
      try {
        leaving.removeIf(thread -> !thread.isAlive());
        while (!needsWorker()) {
          if (pool.isClosing() && live.isEmpty() && line.size() == 0) {
            return null;
          }
          overseerWake.awaitUninterruptibly();
        }
        leaving.removeIf(thread -> !thread.isAlive());
        if (live.size() + leaving.size() < maxThreads) {
          LockedWorker worker = new LockedWorker(pool);
          live.add(worker);
          starting++;
          return worker;
        }
        last = leaving.get(0);
      } finally {
        lock.unlock();
      }
      // The bound is one of threads (P13): that worker has still its last steps to go.
      Waits.uninterruptibly(() -> Waits.awaitEnd(last, Waits.FOREVER));
    }
  }

  void startThread(LockedWorker worker) throws CannotStartThreadException {
    host.startThread(
        pool.name() + "-worker-" + workerNumber, priority, virtual, null, workers.apply(worker));
    workerNumber++;
  }

  void notStarted(LockedWorker worker) {
    lock.lock();
    try {
      live.remove(worker);
      starting--;
    } finally {
      lock.unlock();
    }
  }

  /** Until the time is over, or the pool is closed and there is nothing to try again for. */
  void pauseOverseer(long nanos) {
    lock.lock();
    try {
      long deadline = host.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = deadline - host.nanoTime()) {
        if (pool.isClosing() && line.size() == 0) {
          return;
        }
        try {
          overseerWake.awaitNanos(left);
        } catch (InterruptedException stray) {
          // meant for nobody
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Until the threads of the workers that left have ended. */
  void awaitLast() {
    List<Thread> last;
    lock.lock();
    try {
      last = List.copyOf(leaving);
      leaving.clear();
    } finally {
      lock.unlock();
    }
    for (Thread thread : last) {
      Waits.uninterruptibly(() -> Waits.awaitEnd(thread, Waits.FOREVER));
    }
  }
}
