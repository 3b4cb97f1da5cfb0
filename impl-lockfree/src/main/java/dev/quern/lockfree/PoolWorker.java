// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Family;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a pool: searches a job, runs its body, searches the next, and leaves after idling.
 * How it searches so that no job is forgotten: {@link PoolStaff}.
 *
 * <p>The job and whether it called done() are the worker's own knowledge: only its thread writes
 * them, so a second done(), or one of an old body, is told from the run in progress without any
 * further word.
 */
final class PoolWorker extends WorkerState implements Runnable {
  private static final VarHandle JOB =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "job", VarHandle.class, PoolWorker.class, LockfreeJob.class);

  final StealableRun run;
  final PoolTally tally;
  private final InterruptPin pin = new InterruptPin();
  private final LockfreeThreadPool pool;
  private final PoolStaff staff;
  private volatile @Nullable Thread thread;
  private volatile @Nullable LockfreeJob job; // the one whose body is on this worker
  private long since; // when it began; published by job
  private long stamp; // own; of the run that began with it
  private volatile boolean done; // own; whether that body has called done()
  private long lastBusy; // own; the clock when it idled first since its last job

  PoolWorker(LockfreeThreadPool pool, PoolTally tally) {
    this.pool = pool;
    this.staff = pool.staff;
    this.tally = tally;
    this.run = new StealableRun(pool.maxRun - 1);
  }

  LockfreeThreadPool pool() {
    return pool;
  }

  Thread thread() {
    return Objects.requireNonNull(thread); // whoever idles has one
  }

  @Nullable LockfreeJob job() {
    return job;
  }

  /** Whether the job's body is on this worker and has not called done(). */
  boolean isRunOf(LockfreeJob asked) {
    return job == asked && !done;
  }

  // ---- Its thread

  @Override
  public void run() {
    Thread me = Thread.currentThread();
    try {
      pool.inside.put(me, this);
      thread = me;
      boolean more = true;
      while (more && next()) {
        runBody(me);
        more = !pool.oneRun;
      }
    } catch (Throwable broken) {
      pool.broke(broken);
    } finally {
      leave(me);
    }
  }

  /** Finds a job and begins its run; false if the worker is to leave. */
  private boolean next() {
    boolean idled = false;
    while (!pool.isBroken()) {
      for (LineNode node; (node = run.take()) != null; ) {
        if (begin(node)) {
          return true;
        }
      }
      LineNode node = fill();
      if (node == null) {
        node = staff.steal(this);
      }
      if (node != null) {
        if (begin(node)) {
          return true;
        }
      } else {
        if (pool.isOver() || !idle(idled)) {
          return false;
        }
        idled = true;
      }
    }
    return false;
  }

  /** Takes up to maxRun places out of line: returns the first, and has the others in its run. */
  private @Nullable LineNode fill() {
    PoolLine line = staff.line;
    if (line.isEmpty() || !line.tryEnter()) {
      return null;
    }
    LineNode first;
    try {
      first = pollLive();
      boolean more = first != null;
      for (int i = 1; more && i < pool.maxRun && run.hasRoom(); i++) {
        LineNode node = pollLive();
        more = node != null;
        if (node != null) {
          run.add(node);
        }
      }
      run.publish();
    } finally {
      line.exit();
    }
    if (!run.isEmpty() || !line.isEmpty()) {
      staff.signal();
    }
    return first;
  }

  private @Nullable LineNode pollLive() {
    LineNode node = staff.line.poll();
    while (node != null && !node.job().waitsAt(node)) {
      node.job().drop(node);
      staff.line.staleLeft();
      node = staff.line.poll();
    }
    return node;
  }

  private boolean begin(LineNode node) {
    LockfreeJob next = (LockfreeJob) node.job();
    long waited = node.stamp; // before it is let go of
    long now = pool.host.nanoTime();
    if (!next.begin(node)) {
      staff.line.staleLeft();
      return false;
    }
    tally.runBegunRelease();
    since = now;
    stamp = waited;
    if (done) {
      done = false;
    }
    JOB.setRelease(this, next); // pairs with the reads of those who inspect
    if (foundJob() && staff.workWaits()) {
      staff.signal();
    }
    return true;
  }

  /** False if the time is up. */
  private boolean idle(boolean again) {
    if (!again) {
      lastBusy = pool.host.nanoTime();
    }
    staff.idle.push(this);
    if (pool.isOver() || staff.workWaits()) {
      staff.signal();
    }
    while (isIdle()) {
      long left = pool.idleNanos - (pool.host.nanoTime() - lastBusy);
      if (left <= 0) {
        return !timeOut();
      }
      pool.host.parker().parkNanos(this, left);
      Thread.interrupted(); // meant for no run
    }
    return true;
  }

  /** A method of its own, so that an idle worker's stack keeps no job alive. */
  private void runBody(Thread me) {
    LockfreeJob now = Objects.requireNonNull(job);
    String ownName = me.getName();
    ClassLoader ownLoader = me.getContextClassLoader();
    if (pool.threadNames) {
      me.setName(now.name());
    }
    boolean ok = false;
    Action code = now.codeOf(stamp);
    try {
      ok = UserCode.runHere(pool.host, pool.kind(), pool.name(), now.name(), now.loader(), code);
    } finally {
      if (pool.threadNames) {
        me.setName(ownName);
      }
      endBody(now, ok);
    }
    if (me.getContextClassLoader() != ownLoader) {
      me.setContextClassLoader(ownLoader);
    }
  }

  private void endBody(LockfreeJob now, boolean ok) {
    job = null; // volatile: pairs with the look of who interrupts
    pin.endRun();
    if (!ok) {
      tally.runFailedRelease();
    }
    if (!done) {
      tally.runEndedRelease();
    }
    now.endBody(this, !done);
  }

  /** By the body on this worker. Whether it was the first time. */
  boolean callDone() {
    if (done) {
      return false;
    }
    done = true;
    tally.runEndedRelease();
    return true;
  }

  private void leave(Thread me) {
    LockfreeJob last = job;
    if (last != null) { // only if the pool broke, as in what follows
      endBody(last, false);
    }
    for (LineNode node; (node = run.take()) != null; ) {
      pool.drop(node);
    }
    pool.inside.remove(me);
    leaves();
    if (pool.oneRun && staff.workWaits()) {
      staff.signal(); // it goes without having looked
    }
    pool.overseer.left(me);
  }

  // ---- Those who inspect

  /** What inspect() shows, or null while no body runs. */
  Family.@Nullable Running running(Instant now, long nanoTime) {
    LockfreeJob running = job;
    Thread on = thread;
    if (running == null || on == null) {
      return null;
    }
    return new Family.Running(running.name(), now.minusNanos(nanoTime - since), on.getName());
  }

  void interruptRun() {
    Thread on = thread;
    LockfreeJob meant = job;
    if (meant != null && on != null) {
      pin.interrupt(on, () -> job == meant);
    }
  }
}
