// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A view of a pool (rule P17): a pool whose workers are jobs of another one, and which can be
 * flushed and paused as a whole. How its workers come and go: {@link LentWorkers}.
 *
 * <p>pauseAndWait writes the pause, then goes through the line once, which is for one thread at a
 * time: a worker that takes a place later sees the pause, and one that took one before shows it in
 * its hand. So when all hands are empty, no job runs and none will begin.
 */
final class LockfreePoolView implements PoolView, Managed {
  private final LockfreeThreadPool pool;

  /**
   * @param inside the workers by thread, of all pools and views of the runtime
   */
  LockfreePoolView(Host host, PoolViewSpec spec, Pool base, Map<Thread, PoolWorker> inside) {
    this.pool = new LockfreeThreadPool(host, spec, base, inside, this);
  }

  // ---- As a whole

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
    OwedJobs owed = new OwedJobs(pool.staff);
    return pool.waits.await(owed::areOver, deadline);
  }

  @Override
  public void pause() {
    pool.lent().pauses().pause();
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(Deadline.NEVER);
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(Deadline.in(limit));
  }

  private boolean pauseAndWait(Deadline deadline) throws InterruptedException {
    requireOutside("pauseAndWait()");
    pause();
    pool.staff.line.enter();
    pool.staff.exitLine();
    return pool.waits.await(this::areHandsEmpty, deadline);
  }

  private boolean areHandsEmpty() {
    boolean[] empty = {true};
    pool.staff.forEachWorker(worker -> empty[0] &= worker.hand() == null);
    return empty[0];
  }

  @Override
  public void resume() {
    int before = pool.lent().pauses().resume();
    if (before == 0) {
      throw new MisuseException(pool.title() + ": resume() without pause()");
    }
    if (before == 1) {
      pool.overseer.prod();
    }
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
