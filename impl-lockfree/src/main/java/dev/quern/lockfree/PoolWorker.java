// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.spi.Managed;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a pool: searches a job, runs its body, searches the next, and leaves after idling.
 * How it searches so that no job is forgotten: {@link PoolStaff}.
 *
 * <p>Of a view it is a job of the base, its carrier, and leaves as soon as it finds nothing; after
 * some jobs it gives the base's worker back and comes again. What it has in its {@code hand} is
 * seen by those who flush or pause the view: it is set inside the line, before the place leaves it,
 * and kept until the run has ended and the next one, if one follows, is in line.
 *
 * <p>The job and whether it called done() are the worker's own knowledge: only its thread writes
 * them, so a second done(), or one of an old body, is told from the run in progress without any
 * further word.
 */
final class PoolWorker extends WorkerState implements Runnable {
  /** After so many jobs of a view the base has its worker back. */
  private static final int SHARE = 16;

  private static final VarHandle JOB =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "job", VarHandle.class, PoolWorker.class, LockfreeJob.class);

  private static final int COUNT_BITS = 40; // the place has the rest

  final StealableRun run;
  final PoolTally tally;
  private final InterruptPin pin = new InterruptPin();
  private final Linger linger;
  private final LockfreeThreadPool pool;
  private final PoolStaff staff;
  private volatile @Nullable Thread thread;
  private volatile @Nullable LockfreeJob job; // the one whose body is on this worker
  private long since; // when it began, or a moment before; published by job
  private long stamp; // own; of the run that began with it
  private volatile boolean done; // own; whether that body has called done()
  private long itself = JobState.NO_RUN; // own; the run that this body asked for of its own job
  private @Nullable ClassLoader ownLoader; // own; of its thread while no body is on it
  private long lastBusy; // own; the clock when it idled first since its last job
  private final @Nullable Job carrier; // of a view, as are those that follow
  private @Nullable PoolWorker outer; // own; the base's worker, on whose thread it is
  private volatile @Nullable LineNode hand; // what it has to do with

  PoolWorker(LockfreeThreadPool pool, PoolTally tally) {
    this.pool = pool;
    this.staff = pool.staff;
    this.tally = tally;
    this.run = new StealableRun(pool.maxRun - 1);
    this.linger = new Linger(staff.lingers, () -> !pool.isOver(), staff::workWaits);
    this.carrier =
        pool.overseer.isLent() ? pool.lent().base().newJob(pool.name(), this::run) : null;
  }

  /** Of a view. */
  Job carrier() {
    return Objects.requireNonNull(carrier);
  }

  /** Who hires, when it is GONE: its tally and its carrier are used again. */
  PoolWorker searchesAnew() {
    searches();
    return this;
  }

  @Nullable PoolWorker outer() {
    return outer;
  }

  /** Whether it is on a thread. */
  boolean isHere() {
    return thread != null;
  }

  /** Of a view: the place that it took out of line, until all that follows from it is in line. */
  @Nullable LineNode hand() {
    return hand;
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
    boolean comesAgain = false;
    try {
      outer = pool.inside.put(me, this);
      thread = me;
      ownLoader = me.getContextClassLoader();
      boolean more = true;
      for (int served = 1; more && next(); served++) {
        runBody(me);
        comesAgain = carrier != null && (served >= SHARE || pool.oneRun) && comesAgain();
        more = !comesAgain && !pool.oneRun;
      }
    } catch (Throwable broken) {
      pool.broke(broken);
    } finally {
      if (comesAgain) {
        depart(me);
      } else {
        leave(me);
      }
    }
  }

  /** Of a view: whether it will come again, behind what waits in the base. */
  private boolean comesAgain() {
    if (staff.line.isEmpty() || pool.overseer.isPaused() || pool.isBroken()) {
      return false;
    }
    try {
      carrier().submit();
      return true;
    } catch (ClosedException baseCloses) {
      return false; // but lets this body end
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
      if (node == null && carrier == null) {
        node = staff.steal(this);
      }
      if (node != null) {
        if (begin(node)) {
          return true;
        }
      } else {
        if (carrier != null || pool.isOver()) {
          return false;
        }
        takeOwnLoader();
        if (!lingers()) {
          if (!idle(idled)) {
            return false;
          }
          idled = true;
        }
      }
    }
    return false;
  }

  /**
   * Only the last that is up lingers, since others would come for what is submitted, and a third
   * thread that looks on two processors costs more than it saves. It counts as searching. True if
   * there may be something; it searches again in any case.
   */
  private boolean lingers() {
    return pool.lingers && !staff.othersAreUp(this) && (linger.finds() || staff.workWaits());
  }

  /** Takes up to maxRun places out of line: returns the first, and has the others in its run. */
  private @Nullable LineNode fill() {
    PoolLine line = staff.line;
    if (line.isEmpty() || !enter(line)) {
      return null;
    }
    LineNode first;
    try {
      first = carrier != null && pool.overseer.isPaused() ? null : pollLive();
      if (carrier != null) {
        hand = first;
      }
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

  /** Who would leave at once, and be hired again, waits for the one inside. */
  private boolean enter(PoolLine line) {
    if (carrier == null) {
      return line.tryEnter();
    }
    line.enter();
    return true;
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
    long now = pool.host.recentNanoTime();
    if (!next.begin(node)) {
      staff.line.staleLeft();
      letGo();
      return false;
    }
    begins(next, waited, now);
    foundJob();
    if (staff.hasReserve() && staff.workWaits()) {
      staff.signal();
    }
    return true;
  }

  private void begins(LockfreeJob next, long waited, long now) {
    tally.runBegunRelease();
    since = now;
    stamp = waited;
    itself = JobState.NO_RUN;
    if (done) {
      done = false;
    }
    setJobRelease(next);
  }

  /**
   * Pairs with the reads of those who inspect; null is followed by a step of the job's word, in
   * volatile mode, before the look at the pin: pairs with the look of who interrupts.
   */
  private void setJobRelease(@Nullable LockfreeJob next) {
    JOB.setRelease(this, next);
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
    if (pool.threadNames) {
      me.setName(now.name());
    }
    int before = 0;
    while (runOnce(me, now, ownName, before)) {
      before++;
    }
  }

  /** Between two bodies that of the last one stays: the next brings its own, see UserCode. */
  private void takeOwnLoader() {
    Thread me = Thread.currentThread();
    if (me.getContextClassLoader() != ownLoader) {
      me.setContextClassLoader(ownLoader);
    }
  }

  /** Returns whether the job's next run has begun. */
  private boolean runOnce(Thread me, LockfreeJob now, String ownName, int before) {
    boolean again = false;
    boolean ok = false;
    Action code = now.codeOf(stamp);
    try {
      ok = UserCode.runHere(pool.host, pool.kind(), pool.name(), now.name(), now.loader(), code);
    } finally {
      if (pool.threadNames) {
        me.setName(ownName);
      }
      again = endBody(now, ok, before);
    }
    return again;
  }

  /**
   * Returns whether the job's next run has begun, here and at once: see {@link JobState#repeat}.
   *
   * @param before how often that has been so since the worker took the job
   */
  private boolean endBody(LockfreeJob now, boolean ok, int before) {
    if (!ok) {
      tally.runFailedRelease();
    }
    if (!done) {
      tally.runEndedRelease(); // tells the run from the next one, see interruptRun
    }
    if (before < pool.repeats && repeats(now, before == 0)) {
      return true;
    }
    setJobRelease(null);
    searchesRelease(); // whoever submits the job from here on needs no further worker for it
    try {
      now.endBody(this, !done);
    } finally {
      pin.endRun();
    }
    letGo();
    return false;
  }

  /** The job stays where it is seen: to store it again costs as much as all the rest. */
  private boolean repeats(LockfreeJob now, boolean first) {
    long next = itself;
    itself = JobState.NO_RUN;
    boolean may = next != JobState.NO_RUN && !done && !(first && now.isCarrier());
    if (!may || !now.repeat(next)) {
      return false;
    }
    pin.endRun();
    tally.runBegunRelease();
    since = pool.host.recentNanoTime();
    stamp = next;
    return true;
  }

  /** By the body on this worker, if it is one: a run of that job is to follow. */
  void follows(LockfreeJob asked, long run) {
    if (job == asked && !done) {
      itself = run;
    }
  }

  private void letGo() {
    if (carrier != null) {
      hand = null;
      pool.waits.wakeAll();
    }
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
      endBody(last, false, pool.repeats);
    }
    LineNode held = hand;
    if (held != null) { // likewise
      pool.drop(held);
      letGo();
    }
    for (LineNode node; (node = run.take()) != null; ) {
      pool.drop(node);
    }
    depart(me);
    leaves();
    if (pool.oneRun && staff.workWaits()) {
      staff.signal(); // it goes without having looked
    }
    pool.overseer.left(me);
  }

  /** The base's own worker is found on its thread again. */
  private void depart(Thread me) {
    PoolWorker under = outer;
    outer = null;
    if (carrier != null) {
      thread = null;
    }
    if (under == null) {
      pool.inside.remove(me);
    } else {
      pool.inside.put(me, under);
    }
  }

  // ---- Those who inspect

  /** The run that goes on here (rule G20), or null. */
  Managed.@Nullable Run seen(long now) {
    long count = tally.begun();
    LockfreeJob seen = job;
    Thread runner = thread;
    if (seen == null || runner == null) {
      return null;
    }
    long nanos = now - since;
    boolean goesOn = job == seen && tally.begun() == count;
    long number = (long) place << COUNT_BITS | count;
    return goesOn ? new Managed.Run(seen.name(), runner, nanos, number, seen) : null;
  }

  /** What inspect() shows, or null while no body runs. */
  Family.@Nullable Running running(Instant now, long nanoTime) {
    LockfreeJob running = job;
    Thread on = thread;
    if (running == null || on == null) {
      return null;
    }
    return new Family.Running(running.name(), now.minusNanos(nanoTime - since), on.getName());
  }

  /**
   * A run is known by its job and by how many have ended before it. A body may call done()
   * meanwhile, which ends its run, and not it: so one more look, and then a third.
   */
  void interruptRun() {
    for (int looks = 0; looks < 3; looks++) {
      long ended = tally.ended();
      LockfreeJob meant = job;
      Thread on = thread;
      if (meant == null || on == null) {
        return;
      }
      pin.interrupt(on, () -> job == meant && tally.ended() == ended);
      if (tally.ended() == ended) {
        return;
      }
    }
  }
}
