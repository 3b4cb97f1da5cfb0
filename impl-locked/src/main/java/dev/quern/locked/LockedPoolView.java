// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A view of a pool (rule P17): a pool whose workers are jobs of another one, and which can be
 * flushed and paused as a whole. How its workers come and go is in {@link ViewStaff}.
 */
final class LockedPoolView implements PoolView, Managed {
  private final LockedThreadPool pool;

  /**
   * @param inside the workers by thread, of all pools and views of the runtime
   */
  LockedPoolView(Host host, PoolViewSpec spec, Pool base, Map<Thread, LockedWorker> inside) {
    this.pool = new LockedThreadPool(host, spec, base, inside, this);
  }

  // ---- As a whole

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
    pool.lock.lock();
    try {
      List<BooleanSupplier> owed = new ArrayList<>();
      pool.staff.forEachJob(
          job -> {
            long last = job.lastOwed();
            owed.add(() -> job.isOver(last));
          });
      return await(() -> owed.stream().allMatch(BooleanSupplier::getAsBoolean), nanos);
    } finally {
      pool.lock.unlock();
    }
  }

  @Override
  public void pause() {
    pool.step(pool.viewStaff()::pause);
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(Waits.FOREVER);
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(Waits.nanos(limit));
  }

  private boolean pauseAndWait(long nanos) throws InterruptedException {
    requireOutside("pauseAndWait()");
    pool.lock.lock();
    try {
      pool.viewStaff().pause();
      return await(pool.viewStaff()::areAllFree, nanos);
    } finally {
      pool.lock.unlock();
    }
  }

  @Override
  public void resume() {
    pool.step(
        () -> {
          if (!pool.viewStaff().resume()) {
            throw new MisuseException(pool.title() + ": resume() without pause()");
          }
        });
  }

  /** The lock is held. */
  private boolean await(BooleanSupplier done, long nanos) throws InterruptedException {
    long left = nanos;
    while (!done.getAsBoolean()) {
      if (left <= 0) {
        return false;
      }
      left = pool.settled.awaitNanos(left);
    }
    return true;
  }

  private void requireOutside(String call) {
    if (pool.holdsCaller()) {
      throw new MisuseException(
          pool.title()
              + ": "
              + call
              + " from inside one of its jobs, or on the only worker of its pool, would wait for"
              + " itself");
    }
  }

  // ---- As a pool

  @Override
  public String name() {
    return pool.name();
  }

  @Override
  public Job newJob(String name, Action body) {
    return pool.newJob(name, body);
  }

  @Override
  public Job newJob(String name, Body<Job> body) {
    return pool.newJob(name, body);
  }

  @Override
  public Job newJob(String name, ReentrantLock interlock, Body<Job> body) {
    return pool.newJob(name, interlock, body);
  }

  @Override
  public ExecutorService asExecutorService() {
    return pool.host.views().executor(this);
  }

  @Override
  public PoolView newView(PoolViewSpec spec) {
    Objects.requireNonNull(spec, "spec");
    throw new MisuseException(pool.title() + ": there is no view of a view");
  }

  @Override
  public boolean isClosed() {
    return pool.isClosed();
  }

  @Override
  public void close() {
    pool.close();
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    return pool.close(limit);
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    return pool.holdsCaller();
  }

  @Override
  public Counts counts() {
    return pool.counts();
  }

  @Override
  public void interruptRuns() {
    pool.interruptRuns();
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}
