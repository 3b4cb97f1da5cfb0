// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.ClosedException;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Pool;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The workers of a view (rule P17): jobs of its base, their carriers. There is no overseer, who
 * would start threads, and nobody idles. Whoever puts a job in line submits a carrier in the same
 * step, if one is owed; a worker that finds the line empty, or the view paused, leaves, and looks
 * again for one that is owed in the step in which it is counted out. A worker has one carrier for
 * ever, so a view occupies no more workers of the base than it may have workers, not even while one
 * of them is leaving.
 *
 * <p>Lock order: the view's lock, then its base's.
 */
final class ViewStaff extends PoolStaff {
  private final Pool base;
  private final int capacity;
  private final ArrayDeque<LockedWorker> resting = new ArrayDeque<>(); // guarded by lock
  private int pauses; // guarded by lock
  private boolean endClaimed; // guarded by lock
  private boolean baseBroken; // guarded by lock

  ViewStaff(LockedThreadPool pool, PoolViewSpec spec, Pool base, Map<Thread, LockedWorker> inside) {
    super(
        pool,
        ThreadPoolSpec.named(spec.name())
            .maxThreads(spec.maxActive().orElseThrow())
            .clearThreadLocals(base.clearsThreadLocals()),
        inside,
        UnaryOperator.identity());
    this.base = base;
    this.capacity = spec.capacity().orElse(Integer.MAX_VALUE);
  }

  @Override
  boolean baseHoldsCaller() {
    return base.holdsCaller();
  }

  // ---- The lock is held

  @Override
  boolean isFull() {
    return line.size() >= capacity;
  }

  @Override
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

  @Override
  void wakeOverseer() {
    while (needsWorker() && hire()) {}
  }

  @Override
  void dismiss() {
    pauses = 0;
    super.dismiss();
    wakeOverseer();
  }

  @Override
  void roomMade() {
    if (capacity != Integer.MAX_VALUE) {
      pool.settled.signalAll();
    }
  }

  @Override
  boolean awaitJob(LockedWorker worker) {
    return false;
  }

  @Override
  void hasLeft(LockedWorker worker, Thread thread) {
    worker.thread = null;
    resting.push(worker);
    wakeOverseer();
  }

  /**
   * Submits the job of one more worker. False if the base takes none: it broke, of which the view
   * is told, or it closes, and then those who are there go on.
   */
  private boolean hire() {
    LockedWorker worker = resting.poll();
    if (worker == null) {
      worker = new LockedWorker(pool);
      worker.carrier = base.newJob(pool.name(), worker::run);
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

  // ---- Without the lock

  void baseBroke(Throwable cause) {
    lock.lock();
    try {
      baseBroken = true;
      reap();
    } finally {
      lock.unlock();
    }
    pool.broke(cause);
  }

  /**
   * Workers that the base has not begun will not come. One that it had begun as it broke may come
   * yet, or never: it is not counted any more. The lock is held.
   */
  private void reap() {
    for (LockedWorker worker : List.copyOf(live)) {
      if (worker.thread == null && (worker.isCarrierTakenBack() || baseBroken)) {
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

  /** Once the view is closed, nothing waits and nobody is there: gives the base back, once. */
  @Override
  void endIfOver() {
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
}
