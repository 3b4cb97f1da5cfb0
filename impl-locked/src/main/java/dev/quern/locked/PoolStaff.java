// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
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
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool and the line in front of them. A submitted job goes to the worker that
 * idles since the shortest time, else to the end of the line; a worker that is free takes the head
 * of the line before it idles. So while a job waits nobody idles, and the overseer owes a worker as
 * long as the bound allows one. The lock is the pool's.
 *
 * <p>The workers of a view are jobs of its base: there is no overseer, who would start threads, and
 * nobody idles. Whoever puts a job in line submits a worker's job in the same step, if one is owed;
 * a worker that finds the line empty leaves, and looks again for one that is owed in the step in
 * which it is counted out. A worker has one job of the base for ever, so a view occupies no more
 * workers of the base than it may have workers, not even while one of them is leaving.
 *
 * <p>Lock order: a view's lock, then its base's.
 */
final class PoolStaff {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  private final LockedThreadPool pool;
  private final ReentrantLock lock;
  private final Host host;
  private final Map<Thread, LockedWorker> inside;
  private final int priority;
  private final boolean virtual;
  private final int maxThreads;
  private final long idleNanos;
  private final Condition overseerWake;
  private final JobLine line = new JobLine(); // guarded by lock
  private final ArrayDeque<LockedWorker> idle = new ArrayDeque<>(); // guarded by lock
  private final Set<LockedWorker> live = new LinkedHashSet<>(); // guarded by lock
  private final List<Thread> leaving = new ArrayList<>(); // guarded by lock
  private int starting; // guarded by lock
  private int workerNumber = 1; // of the overseer
  private boolean over; // guarded by lock; closed or broken: nobody idles any more

  private final @Nullable Pool base; // of a view, as are those that follow
  private final int capacity;
  private final ArrayDeque<LockedWorker> resting = new ArrayDeque<>(); // guarded by lock
  private int pauses; // guarded by lock
  private boolean endClaimed; // guarded by lock

  PoolStaff(LockedThreadPool pool, ThreadPoolSpec spec, Map<Thread, LockedWorker> inside) {
    this.pool = pool;
    this.lock = pool.lock;
    this.host = pool.host;
    this.inside = inside;
    this.priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    this.virtual = spec.virtual().orElse(false);
    this.maxThreads = spec.maxThreads().orElse(Integer.MAX_VALUE);
    this.idleNanos = Delays.delay(spec.idleLimit().orElse(IDLE_LIMIT));
    this.overseerWake = lock.newCondition();
    this.base = null;
    this.capacity = Integer.MAX_VALUE;
  }

  PoolStaff(LockedThreadPool pool, PoolViewSpec spec, Pool base, Map<Thread, LockedWorker> inside) {
    this.pool = pool;
    this.lock = pool.lock;
    this.host = pool.host;
    this.inside = inside;
    this.priority = ThreadPoolSpec.NO_PRIORITY;
    this.virtual = false;
    this.maxThreads = spec.maxActive().orElseThrow();
    this.idleNanos = 0;
    this.overseerWake = lock.newCondition();
    this.base = base;
    this.capacity = spec.capacity().orElse(Integer.MAX_VALUE);
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

  /** Whether the caller is on the only worker of a view's base. */
  boolean baseHoldsCaller() {
    return base != null && base.holdsCaller();
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

  private void wakeOverseer() {
    if (base == null) {
      if (needsWorker()) {
        overseerWake.signal();
      }
    } else {
      while (needsWorker() && hire(base)) {}
    }
  }

  /** Nobody idles any more: the idle leave, and the busy once the line is empty. */
  void dismiss() {
    over = true;
    pauses = 0;
    wakeOverseer();
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

  // ---- For a view; the lock is held

  /** Whether the line has all that it has room for. */
  boolean isFull() {
    return line.size() >= capacity;
  }

  boolean isPaused() {
    return pauses > 0;
  }

  void pause() {
    if (!over) {
      pauses++;
    }
  }

  /** False if there was no pause to end. After close there is nothing to say. */
  boolean resume() {
    if (over) {
      return true;
    }
    if (pauses == 0) {
      return false;
    }
    pauses--;
    wakeOverseer();
    return true;
  }

  /** Whether no worker has a job. */
  boolean areAllFree() {
    return live.stream().allMatch(worker -> worker.job == null);
  }

  /**
   * Submits the job of one more worker. False if the base takes none: it broke, of which the view
   * is told, or it closes, and then those who are there go on.
   */
  private boolean hire(Pool lent) {
    LockedWorker worker = resting.poll();
    if (worker == null) {
      worker = new LockedWorker(pool);
      worker.carrier = lent.newJob(pool.name(), worker::run);
    }
    live.add(worker);
    starting++;
    boolean comes = false;
    try {
      worker.submitCarrier();
      comes = true;
    } catch (ClosedException closed) {
      return false;
    } finally {
      if (!comes) {
        live.remove(worker);
        starting--;
        resting.push(worker);
      }
    }
    return true;
  }

  // ---- For a view; without the lock

  void baseBroke(Throwable cause) {
    lock.lock();
    try {
      reap();
    } finally {
      lock.unlock();
    }
    pool.broke(cause);
  }

  /** Workers that the base has not begun will not come. The lock is held. */
  private void reap() {
    for (LockedWorker worker : List.copyOf(live)) {
      if (worker.thread == null && worker.isCarrierTakenBack()) {
        live.remove(worker);
        starting--;
        resting.push(worker);
      }
    }
  }

  /**
   * Gives the base's worker back, and comes again behind what waits there (P17). False if nothing
   * waits here, or the base closes.
   */
  boolean comesAgain(LockedWorker worker, Thread thread, boolean ok) {
    lock.lock();
    try {
      endBody(worker, ok);
      if (line.size() == 0 || isPaused() || pool.isBroken()) {
        return false;
      }
      worker.submitCarrier();
      worker.thread = null;
      starting++;
      return true;
    } catch (ClosedException closing) {
      return false;
    } finally {
      lock.unlock();
      if (worker.thread == null) {
        restore(worker, thread);
      }
    }
  }

  /** The base's own worker is found on its thread again. */
  private void restore(LockedWorker worker, Thread thread) {
    LockedWorker outer = worker.outer();
    worker.setOuter(null);
    if (outer == null) {
      inside.remove(thread);
    } else {
      inside.put(thread, outer);
    }
  }

  /** Of a closed view, once nothing waits and nobody is there: gives the base back, once. */
  void endIfOver() {
    if (base == null) {
      return;
    }
    List<LockedWorker> all;
    lock.lock();
    try {
      if (endClaimed || !pool.isClosing() || line.size() > 0) {
        return;
      }
      reap(); // nobody is needed any more, so strangers' jobs in the base hold up no close
      if (!live.isEmpty()) {
        return;
      }
      endClaimed = true;
      all = List.copyOf(resting);
    } finally {
      lock.unlock();
    }
    try {
      all.forEach(LockedWorker::closeCarrier);
      base.close();
    } finally {
      pool.ended();
    }
  }

  // ---- For its workers; without the lock

  void arrived(LockedWorker worker, Thread thread) {
    worker.setOuter(inside.put(thread, worker));
    lock.lock();
    try {
      worker.thread = thread;
      starting--;
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
    lock.lock();
    try {
      endBody(worker, ok);
      LockedJob head = isPaused() ? null : line.poll();
      if (head != null) {
        head.beginOn(worker);
        wakeOverseer();
        if (capacity != Integer.MAX_VALUE) {
          pool.settled.signalAll(); // there is room
        }
      } else if (base != null || !awaitJob(worker)) {
        return false;
      }
      worker.begins(host.nanoTime());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void endBody(LockedWorker worker, boolean ok) {
    LockedJob job = worker.job;
    if (job != null) {
      worker.ends();
      if (!ok) {
        pool.tally.runThrew();
      }
      if (job.endBody(worker)) {
        line.add(job);
      }
    }
  }

  private boolean awaitJob(LockedWorker worker) {
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
    if (base == null) {
      leaving.add(thread);
      overseerWake.signal();
    } else {
      worker.thread = null;
      resting.push(worker);
      wakeOverseer();
    }
  }

  // ---- For the overseer; without the lock

  private boolean needsWorker() {
    return line.size() > starting && live.size() < maxThreads && pauses == 0;
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
    host.startThread(pool.name() + "-worker-" + workerNumber, priority, virtual, null, worker);
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
