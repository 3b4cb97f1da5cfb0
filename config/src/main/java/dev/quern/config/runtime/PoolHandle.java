// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPool;
import dev.quern.config.views.RuntimeViews;
import dev.quern.spi.Primitives;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A user's handle of a shared pool (rule P1). Closing it closes the jobs made through it. The count
 * goes down as soon as these are told to close, not when they have ended: so a close that gives up
 * leaves nothing to be done by anybody.
 */
final class PoolHandle implements ThreadPool {
  private final SharedPool shared;
  private final SharedPools pools;
  private final Primitives primitives;
  private final RuntimeViews views;
  private final ThreadPool pool;
  private final ReentrantLock lock = new ReentrantLock();
  private final WeakMembers<Job, Boolean> jobs = new WeakMembers<>(); // guarded by lock
  private boolean closed; // guarded by lock
  private volatile boolean last; // whether closing this handle ends the pool

  PoolHandle(SharedPool shared, SharedPools pools, Primitives primitives, RuntimeViews views) {
    this.shared = shared;
    this.pools = pools;
    this.primitives = primitives;
    this.views = views;
    this.pool = shared.pool();
  }

  @Override
  public String name() {
    return shared.name();
  }

  @Override
  public Job newJob(String name, Action body) {
    return adopt(pool.newJob(name, body));
  }

  @Override
  public Job newJob(String name, Body<Job> body) {
    return adopt(pool.newJob(name, body));
  }

  @Override
  public Job newJob(String name, ReentrantLock interlock, Body<Job> body) {
    return adopt(pool.newJob(name, interlock, body));
  }

  @Override
  public ExecutorService asExecutorService() {
    if (isClosed()) {
      throw closedException();
    }
    return views.executor(this, pool);
  }

  @Override
  public PoolView newView(PoolViewSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    if (isClosed()) {
      throw new ClosedException(Failures.describe(Kind.THREAD_POOL, name()) + ": is closed");
    }
    return pools.view(shared, spec);
  }

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<Job> mine = beginClose();
    mine.forEach(Job::close);
    if (last) {
      pool.close();
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Objects.requireNonNull(limit, "limit");
    Deadline deadline = new Deadline(limit);
    List<String> left = new ArrayList<>();
    for (Job job : beginClose()) {
      left.addAll(job.close(deadline.remaining()));
    }
    if (last) {
      List<String> ofPool = pool.close(deadline.remaining());
      ofPool.stream().filter(name -> !left.contains(name)).forEach(left::add);
    }
    return List.copyOf(left);
  }

  /** Gives back a handle that nobody has seen, and waits for a pool that was made for it. */
  void abandon() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    giveBack();
    if (last) {
      pool.close();
    }
  }

  /** The provider's pool. */
  ThreadPool pool() {
    return pool;
  }

  @Override
  public String toString() {
    return Failures.describe(Kind.THREAD_POOL, name()) + (isClosed() ? " CLOSED" : " OPEN");
  }

  /** From here on nothing is accepted, and what was accepted ends by itself. */
  private List<Job> beginClose() {
    requireOutside();
    List<Job> mine;
    boolean first;
    lock.lock();
    try {
      first = !closed;
      closed = true;
      mine = jobs.snapshot();
    } finally {
      lock.unlock();
    }
    views.closed(this);
    mine.forEach(SharedPools::beginClose);
    if (first) {
      giveBack();
    }
    return mine;
  }

  private void giveBack() {
    boolean ends = pools.release(shared);
    shared.remove(this);
    if (ends && shared.isInside()) { // became the last since the check
      pools.endElsewhere(pool);
    } else {
      last = ends;
    }
  }

  /** Rule G6. */
  void requireOutside() {
    if (primitives.currentJob().filter(this::isMine).isPresent()
        || shared.isInsideOnlyWorker()
        || (isLast() && shared.isInside())) {
      throw new MisuseException(
          Failures.describe(Kind.THREAD_POOL, name())
              + ": close() from inside one of its jobs would wait for itself");
    }
  }

  /** Whether closing this handle ends the pool, or has begun to. */
  private boolean isLast() {
    return last || (!isClosed() && shared.isHeldOnce());
  }

  private boolean isMine(Job job) {
    lock.lock();
    try {
      return jobs.contains(job);
    } finally {
      lock.unlock();
    }
  }

  private Job adopt(Job job) {
    lock.lock();
    try {
      if (!closed) {
        jobs.add(job, true);
        return job;
      }
    } finally {
      lock.unlock();
    }
    SharedPools.beginClose(job);
    throw closedException();
  }

  private ClosedException closedException() {
    return new ClosedException(Failures.describe(Kind.THREAD_POOL, name()) + ": is closed");
  }
}
