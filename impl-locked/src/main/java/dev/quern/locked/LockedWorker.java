// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Family;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** One thread of a pool: takes a job, runs its body, takes the next, and leaves after idling. */
final class LockedWorker implements Runnable {
  private final LockedThreadPool pool;

  /** Signalled when an idle worker was given a job, or is to leave. */
  final Condition wake;

  /**
   * The job whose body this worker runs or is about to run. Guarded by the pool's lock; the
   * worker's own thread reads it without during the body, when nobody writes it.
   */
  @Nullable LockedJob job;

  /** What a context hook made of the submission of that run. As {@link #job}. */
  @Nullable Action captured;

  /** The thread, once it runs. Guarded by the pool's lock. */
  @Nullable Thread thread;

  /** When the body began; null when none has. Guarded by the pool's lock. */
  private @Nullable Long since;

  LockedWorker(LockedThreadPool pool) {
    this.pool = pool;
    this.wake = pool.lock.newCondition();
  }

  LockedThreadPool pool() {
    return pool;
  }

  @Override
  public void run() {
    Thread me = Thread.currentThread();
    try {
      pool.staff.arrived(this, me);
      for (boolean ok = true; pool.staff.next(this, ok); ) {
        ok = runBody(me);
      }
    } catch (Throwable broken) {
      pool.broke(broken);
    } finally {
      pool.staff.left(this, me);
    }
  }

  /** A method of its own, so that an idle worker's stack keeps no job alive. */
  private boolean runBody(Thread me) {
    LockedJob now = Objects.requireNonNull(job);
    String ownName = me.getName();
    ClassLoader ownLoader = me.getContextClassLoader();
    if (pool.threadNames) {
      me.setName(now.name());
    }
    try {
      return UserCode.runOnOurThread(
          pool.host, pool.kind(), pool.name(), now.name(), now.code(), code(now));
    } finally {
      if (pool.threadNames) {
        me.setName(ownName);
      }
      me.setContextClassLoader(ownLoader);
    }
  }

  private Action code(LockedJob now) {
    Action wrapped = captured;
    captured = null;
    return wrapped == null ? now::runBody : wrapped;
  }

  /** The pool's lock is held. */
  void begins(long nanoTime) {
    since = nanoTime;
  }

  /** The pool's lock is held. */
  void ends() {
    job = null;
    since = null;
    // Whoever interrupts runs holds the lock too, so no interrupt meant for this run comes later.
    Thread.interrupted();
  }

  /** What inspect() shows, or null while no body runs. The pool's lock is held. */
  Family.@Nullable Running running(Instant now, long nanoTime) {
    LockedJob running = job;
    if (running == null || since == null || thread == null) {
      return null;
    }
    return new Family.Running(running.name(), now.minusNanos(nanoTime - since), thread.getName());
  }
}
