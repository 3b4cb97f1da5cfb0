// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Parker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a pool that starts workers (rules P3, P10, P13), and that sees the last of them
 * off when the pool is closed. Thread factories are users' code: they run here.
 *
 * <p>Only its thread raises {@code live}, so the bound holds without a lock; leaving workers lower
 * it, then prod. That a worker which has left still has a thread for some microseconds counts: the
 * overseer waits for that thread to end where the bound would be passed.
 */
final class PoolOverseer implements WorkerSource, Runnable {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_STEP = 1_000_000;

  private final LockfreeThreadPool pool;
  private final Parker parker;
  private final int maxThreads;
  private final int priority;
  private final boolean virtual;
  private final UnaryOperator<Runnable> workers;
  private final AtomicInteger live = new AtomicInteger();

  /** Threads of workers that have left, for the overseer to see off. */
  private final Queue<Thread> leaving = new ConcurrentLinkedQueue<>();

  /** Someone saw a job wait, or a worker leave, since the overseer looked last. */
  private volatile boolean prodded;

  private volatile @Nullable Thread thread;
  private int workerNumber = 1; // own
  private boolean outage; // own; starting fails at the moment, so that it is logged once

  PoolOverseer(
      LockfreeThreadPool pool,
      int maxThreads,
      int priority,
      boolean virtual,
      UnaryOperator<Runnable> workers) {
    this.pool = pool;
    this.parker = pool.host.parker();
    this.maxThreads = maxThreads;
    this.priority = priority;
    this.virtual = virtual;
    this.workers = workers;
  }

  @Override
  public void start() throws CannotStartThreadException {
    pool.host.startThread(pool.name() + "-overseer", priority, false, null, this);
  }

  // ---- Any thread

  /** Whether the caller is in its failure report: nobody else's code runs on it. */
  @Override
  public boolean isCaller() {
    return thread == Thread.currentThread();
  }

  /** Whether one worker is all that there may be. */
  @Override
  public boolean isExclusive() {
    return maxThreads == 1;
  }

  /** Whether the bound allows one more; one that leaves prods by itself. */
  @Override
  public boolean mayStart() {
    return live.get() < maxThreads;
  }

  @Override
  public int maxThreads() {
    return maxThreads;
  }

  /** Whether the overseer will look once more. */
  @Override
  public boolean isProdded() {
    return prodded;
  }

  @Override
  public void prod() {
    if (!prodded) {
      prodded = true;
      Thread sleeper = thread;
      if (sleeper != null) {
        parker.unpark(sleeper);
      }
    }
  }

  /** A worker's last step. */
  @Override
  public void left(Thread worker) {
    try {
      leaving.add(worker);
    } finally { // without memory the bound is passed by that thread for a moment; no close hangs
      live.decrementAndGet();
      prod();
    }
  }

  /** Whether the overseer's thread has ended, or was never there. */
  @Override
  public void awaitEnd() {
    Thread last = thread;
    if (last != null) {
      awaitEnd(last);
    }
  }

  // ---- Its thread

  @Override
  public void run() {
    thread = Thread.currentThread(); // whoever prodded before finds prodded seen below
    // A pool that broke starts no worker any more, so the second round only waits for its close.
    while (!supervise()) {}
    pool.ended();
  }

  /** Until the pool is closed and empty. False if an error cut it short. */
  private boolean supervise() {
    try {
      while (true) {
        boolean owed = looks();
        leaving.removeIf(worker -> !worker.isAlive());
        if (pool.isBroken()) {
          pool.dropLine();
        } else if (owed) {
          startWorker();
          continue;
        }
        if (pool.isClosing() && live.get() == 0 && pool.sealLine()) {
          return true;
        }
        while (!prodded) {
          parker.park(this);
          Thread.interrupted(); // meant for nobody
        }
      }
    } catch (Throwable broken) {
      pool.broke(broken);
      return false;
    }
  }

  /** Clears the prod, then looks: whether a worker is to be started. */
  @Override
  public boolean looks() {
    prodded = false;
    PoolStaff staff = pool.staff;
    while (live.get() < maxThreads && jobWaits(staff)) {
      long begun = staff.begunIfAllBusy();
      if (begun == PoolStaff.SOMEONE_COMES) {
        return false; // and hands the search on, if more waits than one
      }
      if (jobWaits(staff) && staff.begunIfAllBusy() == begun) {
        return true; // at the second look at the jobs all were in the bodies in which they still
        // are
      }
    }
    return false;
  }

  private static boolean jobWaits(PoolStaff staff) {
    return !staff.line.isEmpty() || staff.runWaits();
  }

  @Override
  public boolean isLent() {
    return false;
  }

  @Override
  public boolean isPaused() {
    return false;
  }

  private void startWorker() {
    awaitRoom();
    PoolWorker worker = pool.newWorker();
    live.incrementAndGet();
    boolean started = false;
    try {
      pool.host.startThread(
          pool.name() + "-worker-" + workerNumber, priority, virtual, null, workers.apply(worker));
      started = true;
      workerNumber++;
      outage = false;
    } catch (CannotStartThreadException | RuntimeException failed) {
      if (!outage) {
        outage = true;
        pool.log("no worker can be started, trying again each second", failed);
      }
    } finally {
      if (!started) {
        worker.leaves();
        live.decrementAndGet();
      }
    }
    if (!started) {
      awaitRetry();
    }
  }

  /** The bound is one of threads: those that have left have still their last steps to go. */
  private void awaitRoom() {
    while (live.get() + leaving.size() >= maxThreads) {
      Thread last = leaving.poll();
      if (last == null) {
        return;
      }
      awaitEnd(last);
    }
  }

  /** Until it is time, or the pool is closed and there is nothing to try again for. */
  private void awaitRetry() {
    long begin = System.nanoTime();
    for (long left = RETRY_NANOS; left > 0; left = begin + RETRY_NANOS - System.nanoTime()) {
      if (pool.isClosing() && pool.staff.line.isEmpty()) {
        return;
      }
      parker.parkNanos(this, left);
      Thread.interrupted();
      prodded = false;
    }
  }

  /** Until the threads of the workers that left have ended. */
  @Override
  public void awaitLast() {
    for (Thread last; (last = leaving.poll()) != null; ) {
      awaitEnd(last);
    }
  }

  /** Not Thread.join, which would pin a virtual caller's carrier (rule G8). */
  private void awaitEnd(Thread ending) {
    boolean interrupted = false;
    for (long step = 10_000; ending.isAlive(); step = Math.min(2 * step, LONGEST_STEP)) {
      parker.parkNanos(this, step);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
