// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a pool: takes a job, runs its body, takes the next, and leaves after idling. Of a
 * view it is a job of the base, its carrier, and leaves as soon as it finds nothing.
 */
final class LockedWorker implements Runnable {
  /** After so many jobs the base has its worker back, if others wait there. */
  private static final int SHARE = 16;

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

  /** In a view: the job of the base that this is. Written before it is shown to anyone. */
  @Nullable Job carrier;

  /** In a view: the base's worker whose job this is. Of the thread that it is on. */
  private @Nullable LockedWorker outer;

  /** Whether a body has begun, and when. Guarded by the pool's lock. */
  private boolean begun;

  private long since;

  /** Which body of the pool it is. Guarded by the pool's lock. */
  private long number;

  LockedWorker(LockedThreadPool pool) {
    this.pool = pool;
    this.wake = pool.lock.newCondition();
  }

  LockedThreadPool pool() {
    return pool;
  }

  @Nullable LockedWorker outer() {
    return outer;
  }

  void setOuter(@Nullable LockedWorker worker) {
    outer = worker;
  }

  @Override
  public void run() {
    Thread me = Thread.currentThread();
    boolean leaves = true;
    try {
      leaves = pool.staff.arrived(this, me);
      int served = 0;
      for (boolean ok = true; leaves && pool.staff.next(this, ok); ) {
        ok = runBody(me);
        leaves = carrier == null || ++served < SHARE || !pool.viewStaff().comesAgain(this, me, ok);
      }
    } catch (Throwable broken) {
      pool.broke(broken);
    } finally {
      if (leaves) {
        pool.staff.left(this, me);
      }
    }
  }

  // ---- Its carrier

  /**
   * Nobody else submits or cancels it while it is owed.
   *
   * @throws ClosedException if the base closes, or broke
   */
  void submitCarrier() {
    Objects.requireNonNull(carrier).submit();
  }

  /** Whether the run that was asked for was still to come, and will not. */
  boolean isCarrierTakenBack() {
    return carrier != null && carrier.cancel() != Cancellation.RUNNING;
  }

  /** The view has ended. Waits for nothing: a body may be leaving, this one perhaps. */
  void closeCarrier() {
    try {
      Objects.requireNonNull(carrier).close(Duration.ZERO);
    } catch (MisuseException insideTheOnlyWorker) {
      // the caller's own job is another one of the base; this one is idle
    } catch (InterruptedException impossible) {
      Thread.currentThread().interrupt(); // one look is not interrupted
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
    return wrapped == null ? now.body() : wrapped;
  }

  /** The pool's lock is held. */
  void begins(long nanoTime, long count) {
    begun = true;
    since = nanoTime;
    number = count;
  }

  /** The pool's lock is held. */
  void ends() {
    job = null;
    begun = false;
    // Whoever interrupts runs holds the lock too, so no interrupt meant for this run comes later.
    Thread.interrupted();
  }

  /** The body that runs (rule G20), or null. The pool's lock is held. */
  Managed.@Nullable Run run(long nanoTime) {
    LockedJob running = job;
    if (running == null || !begun || thread == null) {
      return null;
    }
    return new Managed.Run(running.name(), thread, nanoTime - since, number, running);
  }

  /** What inspect() shows, or null while no body runs. The pool's lock is held. */
  Family.@Nullable Running running(Instant now, long nanoTime) {
    LockedJob running = job;
    if (running == null || !begun || thread == null) {
      return null;
    }
    return new Family.Running(running.name(), now.minusNanos(nanoTime - since), thread.getName());
  }
}
