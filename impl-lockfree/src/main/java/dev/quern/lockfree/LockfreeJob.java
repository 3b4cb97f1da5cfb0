// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.spi.OwnCode;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A job of a {@link LockfreeThreadPool}; {@link JobState} is where it stands.
 *
 * <p>submit is two steps: the word turns WAITING, then the job gets its place in line. One who
 * coalesces between the two relies on a place that may never be taken: the pool may end first. So
 * the first, having the place, says so ({@code placed}), and who coalesces and does not find that
 * takes another place for the same stamp, of which one only is ever served. Either place counts: a
 * call is answered only when it knows that the run has one. If the line is sealed, all that had a
 * place was served; then the first takes the run back, if it still waits, and all throw.
 *
 * <p>A run and a body are two things: done() ends the run, so that the next may begin elsewhere,
 * while the body is still on its worker. An interlock is never taken here but to give it back to a
 * caller that held it: whether a submission coalesced into a run that ends without done() is
 * decided by the word.
 *
 * <p>With a context hook a submission enters what it captured before its step, under the stamp of
 * the run that the step would add; whatever begins that run or takes it away clears it: see {@link
 * CapturedRuns}.
 *
 * <p>Progress: submit, cancel and done are lock-free.
 */
final class LockfreeJob extends JobState implements Job {
  private static final VarHandle PLACED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "placed", VarHandle.class, LockfreeJob.class, int.class);

  /** In place of a word, none of which says so many bodies. */
  private static final long NO_ROOM = -1;

  final Action code;
  private final LockfreeThreadPool pool;
  private final String name;
  private final @Nullable ReentrantLock interlock;
  private final @Nullable ClassLoader loader;
  private final @Nullable CapturedRuns captures; // null without a context hook

  /** Low bits of the stamp of a run that has a place; an older one only makes callers help. */
  private volatile int placed;

  LockfreeJob(LockfreeThreadPool pool, String name, Action body) {
    this.pool = pool;
    this.name = name;
    this.interlock = null;
    this.code = body;
    this.loader = body.getClass().getClassLoader();
    this.captures = body instanceof OwnCode ? null : pool.newCaptures();
  }

  LockfreeJob(
      LockfreeThreadPool pool, String name, @Nullable ReentrantLock interlock, Body<Job> body) {
    this.pool = pool;
    this.name = name;
    this.interlock = interlock;
    this.code = () -> body.run(this);
    this.loader = body.getClass().getClassLoader();
    this.captures = pool.newCaptures();
  }

  @Override
  public String name() {
    return name;
  }

  @Nullable ClassLoader loader() {
    return loader;
  }

  /**
   * Whether it carries another primitive: then it submits itself so as to give the worker back
   * (rules T9, D10). To be asked once for many runs: to find that a class is not of a type takes
   * the JDK 17 as long as a step.
   */
  boolean isCarrier() {
    return code instanceof OwnCode;
  }

  // ---- Submission

  @Override
  public Submission submit() {
    requireInterlock("submit()");
    Submission answer = enter();
    return answer == null ? refused() : answer;
  }

  @Override
  public Submission submit(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireInterlock("submit(limit)");
    while (true) {
      Submission answer = enter();
      if (answer != null) {
        return answer;
      }
      if (!deadline.waits() || deadline.left() <= 0) {
        return refused();
      }
      requireAnother();
      Room room = Objects.requireNonNull(pool.room);
      await(room.waits, () -> room.isThere() || !isAdded(word()) || pool.isOver(), deadline);
    }
  }

  private Submission refused() {
    pool.refused.increment();
    return Submission.REFUSED;
  }

  /** Null if there is no room. */
  private @Nullable Submission enter() {
    pool.requireOpen(this);
    Room room = pool.room;
    Action run = captures == null ? null : captures.capture(code);
    long old = room == null ? ask(true, run) : askForRoom(room, run);
    if (old == NO_ROOM) {
      return null;
    }
    if (isClosed(old)) {
      throw new ClosedException(title() + ": closed");
    }
    if (isCancelling(old)) {
      return refused();
    }
    return switch (phase(old)) {
      case IDLE -> queued(old);
      case WAITING -> coalesced(old);
      case RUNNING -> interlock == null ? follows(old) : counted(Submission.COALESCED);
      default -> counted(Submission.COALESCED);
    };
  }

  /** What adds no run needs no room. The word before, or NO_ROOM: no change. */
  private long askForRoom(Room room, @Nullable Action run) {
    long old = ask(false, run);
    if (!isAdded(old)) {
      return old;
    }
    if (!room.tryClaim()) {
      old = ask(false, run); // it may wait by now, and then this coalesces
      return isAdded(old) ? NO_ROOM : old;
    }
    old = ask(true, run);
    if (isAdded(old)) {
      room.settle();
    } else {
      room.giveBack();
    }
    return old;
  }

  @Override
  boolean begin(LineNode place) {
    if (pool.isView()) {
      begins(place);
    }
    return left(super.begin(place));
  }

  @Override
  boolean drop(LineNode place) {
    return left(super.drop(place));
  }

  private boolean left(boolean waited) {
    if (waited) {
      pool.leftLine();
    }
    return waited;
  }

  /** As {@link #ask(boolean)}, with what a context hook made of the submission. */
  private long ask(boolean mayAdd, @Nullable Action run) {
    if (captures == null || run == null) {
      return ask(mayAdd);
    }
    while (true) {
      long old = word();
      boolean adds = mayAdd || phase(old) != IDLE;
      long added = adds ? added(old) : NO_RUN;
      CapturedRuns.Entry entry = added == NO_RUN ? null : captures.enter(added, run);
      boolean done = tryAsk(old, mayAdd);
      if (entry != null && done) {
        captures.won(entry);
      } else if (entry != null) {
        captures.lost(entry);
      }
      if (done) {
        return old;
      }
    }
  }

  /** By its worker: the code of the run that began with that stamp. */
  Action codeOf(long run) {
    return captures == null ? code : captures.take(run);
  }

  /** The run of that stamp was pending, and will not be. */
  void forget(long run) {
    if (captures != null) {
      captures.drop(run);
    }
  }

  private Submission queued(long old) {
    LineNode node = placeOrDrop(old);
    int stamp = (int) node.stamp; // before it is in line: from then on it is the line's
    if (pool.staff.line.append(node)) {
      setPlacedRelease(stamp);
      pool.staff.signal();
    } else if (drop(node)) {
      forget(added(old));
      pool.waits.wakeAll(); // its close saw it wait
      throw pool.closed(this);
    }
    return Submission.QUEUED;
  }

  /**
   * As {@link #place}; if memory is out the run is taken back: nobody waits for what has no place.
   */
  private LineNode placeOrDrop(long old) {
    try {
      return place(old);
    } catch (Throwable thrown) {
      if (left(dropUnplaced(old))) {
        forget(phase(old) == AGAIN ? stamp(old) : added(old));
        pool.waits.wakeAll();
      }
      throw thrown;
    }
  }

  private Submission coalesced(long old) {
    if (placed != (int) stamp(old)) {
      LineNode another = new Extra(this, stamp(old));
      if (!pool.staff.line.append(another)) {
        throw pool.closed(this); // the first takes the run back, and knows by that what to answer
      }
      setPlacedRelease((int) stamp(old));
      pool.staff.line.becameStale(); // one of the two places will be
      pool.staff.signal();
    }
    return counted(Submission.COALESCED);
  }

  /** One that submits itself may run again at once: its worker is told. */
  private Submission follows(long old) {
    PoolWorker worker = pool.inside.get(Thread.currentThread());
    if (worker != null) {
      worker.follows(this, added(old));
    }
    return Submission.QUEUED;
  }

  private Submission counted(Submission coalesced) {
    pool.coalesced.increment();
    return coalesced;
  }

  /** After the append; pairs with the look of one who coalesces. */
  private void setPlacedRelease(int stamp) {
    PLACED.setRelease(this, stamp);
  }

  // ---- The end of a run

  @Override
  public void done() {
    requireInterlock("done()");
    PoolWorker worker = pool.callersWorker();
    if (worker == null || worker.job() != this || !worker.callDone()) {
      throw misuse("done() is for the run in progress, once");
    }
    boolean looked = interlock != null || pool.isBroken();
    long old = endRun(looked);
    if (!looked && phase(old) == AGAIN) {
      queueAgain(old);
      pool.staff.signal();
    } else if (phase(old) == AGAIN) {
      forget(stamp(old));
    }
    pool.waits.wakeAll();
  }

  /** By the worker, after the body. */
  void endBody(PoolWorker worker, boolean run) {
    boolean again = !pool.isBroken();
    long old = endBody(run, again);
    if (run && again && phase(old) == AGAIN) {
      if (interlock != null) {
        worker.tally.runRepeatedRelease();
      }
      queueAgain(old);
      if (!worker.run.isEmpty()) {
        pool.staff.signal(); // else this worker comes for it
      }
    } else if (run && phase(old) == AGAIN) {
      forget(stamp(old));
    }
    pool.waits.wakeAll();
  }

  /** By a worker of the pool, so the line cannot be sealed. */
  private void queueAgain(long old) {
    pool.joinedLine();
    LineNode node = placeOrDrop(old);
    int stamp = (int) node.stamp; // before it is in line: from then on it is the line's
    boolean kept = pool.staff.line.append(node);
    assert kept : "sealed while a worker lives";
    setPlacedRelease(stamp);
  }

  // ---- Cancellation

  @Override
  public Cancellation cancel() {
    requireInterlock("cancel()");
    return takenBack(takeBack());
  }

  @Override
  public Cancellation cancelAndWait() throws InterruptedException {
    return cancelAndWait(Deadline.NEVER);
  }

  @Override
  public Cancellation cancelAndWait(Duration limit) throws InterruptedException {
    return cancelAndWait(Deadline.in(limit));
  }

  private Cancellation cancelAndWait(Deadline deadline) throws InterruptedException {
    requireInterlock("cancelAndWait()");
    requireOutside("cancelAndWait()");
    long old = takeBackAndRefuse();
    pool.wakeThoseForRoom();
    Cancellation answer = takenBack(old);
    if (!isRunning(old)) {
      return answer; // that was the instant of W7
    }
    long run = stamp(old);
    return await(pool.waits, () -> !runs(run), deadline) ? answer : Cancellation.TIMED_OUT;
  }

  private Cancellation takenBack(long old) {
    switch (phase(old)) {
      case IDLE:
        return Cancellation.IDLE;
      case WAITING:
        forget(stamp(old));
        pool.removed.increment();
        pool.leftLine();
        pool.staff.becameStale();
        pool.leftLineStale();
        pool.waits.wakeAll();
        return Cancellation.REMOVED;
      case AGAIN:
        forget(stamp(old));
        if (interlock == null) {
          pool.removed.increment();
          return Cancellation.REMOVED;
        }
        return Cancellation.RUNNING;
      default:
        return Cancellation.RUNNING;
    }
  }

  // ---- Closing

  @Override
  public boolean isClosed() {
    return isClosed(word()) || pool.isClosing();
  }

  @Override
  public void close() {
    if (beginClose()) {
      pool.announced.awaitUninterruptibly(name, this, this::isOver);
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    return beginClose() && pool.announced.await(name, this, this::isOver, deadline)
        ? List.of()
        : List.of(name);
  }

  /** Whether the caller may wait: a body of the job itself may not, its end is the close's. */
  private boolean beginClose() {
    boolean own = pool.callersJob() == this;
    if (!own) {
      requireOutside("close()");
    }
    shut();
    pool.wakeThoseForRoom();
    return !own;
  }

  /**
   * With an interlock given up meanwhile, as often as it is held, and got back in any case (P5).
   */
  private boolean await(WaitList list, BooleanSupplier condition, Deadline deadline)
      throws InterruptedException {
    if (interlock == null || !deadline.waits()) {
      return list == pool.waits
          ? pool.announced.await(name, this, condition, deadline)
          : list.await(condition, deadline);
    }
    int holds = interlock.getHoldCount();
    for (int i = 0; i < holds; i++) {
      interlock.unlock();
    }
    try {
      return list == pool.waits
          ? pool.announced.await(name, this, condition, deadline)
          : list.await(condition, deadline);
    } finally {
      for (int i = 0; i < holds; i++) {
        interlock.lock();
      }
    }
  }

  /** How many runs wait while one is in progress. */
  int runsAgain() {
    return interlock == null && phase(word()) == AGAIN ? 1 : 0;
  }

  /** What waits in a pool that broke will never run. */
  private boolean isOver() {
    return isReleased() || (pool.isBroken() && !hasBody());
  }

  // ---- Checks

  private void requireInterlock(String call) {
    if (interlock != null && !interlock.isHeldByCurrentThread()) {
      throw misuse(call + " without its interlock");
    }
  }

  private void requireOutside(String call) {
    LockfreeJob callers = pool.callersJob();
    if (callers == this) {
      throw misuse(call + " from inside its own run would wait for itself");
    }
    if (callers != null && pool.overseer.isExclusive()) {
      throw misuse(call + " from inside job \"" + callers.name + "\" waits for the only worker");
    }
    if (pool.baseHoldsCaller()) {
      throw misuse(call + " on the only worker of the view's pool would wait for itself");
    }
  }

  /** Rule G6: whoever would wait for room must not be what makes it. */
  private void requireAnother() {
    if ((pool.callersWorker() != null && pool.overseer.isExclusive()) || pool.baseHoldsCaller()) {
      throw misuse("submit(limit) would wait for room that only the run it is called in can make");
    }
  }

  private MisuseException misuse(String what) {
    return new MisuseException(title() + ": " + what);
  }

  /** The pool's kind and name and its own, as messages begin. */
  String title() {
    return pool.title() + ": job \"" + name + "\"";
  }

  @Override
  public String toString() {
    return title() + " (" + describe() + ")";
  }
}
