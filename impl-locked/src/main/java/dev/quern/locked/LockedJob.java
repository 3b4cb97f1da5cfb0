// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.spi.OwnCode;
import dev.quern.spi.WaitWatch.Awaited;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A job of a {@link LockedThreadPool}; {@link JobState} is where it stands. Its lock is the pool's.
 *
 * <p>A run and a body are two things: done() ends the run, so that the next may begin elsewhere,
 * while the body is still on its worker. {@code runner} has the run in progress, {@code bodies}
 * counts those that have not left.
 *
 * <p>The interlock is never taken here but to give it back to a caller that held it. The end of a
 * body without done() needs none: whether a submission coalesced into the run is decided under the
 * pool's lock, so it either came before that end, and one more run follows, or finds the job idle.
 */
final class LockedJob implements Job {
  /** The neighbours in line. Guarded by the pool's lock. */
  @Nullable LockedJob before;

  @Nullable LockedJob after;

  private final LockedThreadPool pool;
  private final ReentrantLock lock;
  private final String name;
  private final @Nullable ReentrantLock interlock;
  private final Object code;
  private final Action body;
  private final @Nullable ContextHook contextHook; // null for what is not a user's
  private JobState state = JobState.IDLE; // guarded by lock

  /** What the hook made of the submission that a run waits for. Guarded by lock. */
  private @Nullable Action captured;

  private @Nullable LockedWorker runner; // guarded by lock; set while the state is a running one
  private int bodies; // guarded by lock
  private boolean cancelling; // guarded by lock; refuses submissions, cleared by the run's end
  private long cancelled; // guarded by lock; how many cancelling runs ended: what waiters wait for
  private boolean closed; // guarded by lock
  private long over; // guarded by lock; how many owed runs ended or were taken away

  /**
   * @param code what the user passed, for its class loader
   */
  LockedJob(
      LockedThreadPool pool,
      String name,
      @Nullable ReentrantLock interlock,
      Object code,
      Body<Job> body) {
    this.pool = pool;
    this.lock = pool.lock;
    this.name = name;
    this.interlock = interlock;
    this.code = code;
    this.body = () -> body.run(this);
    this.contextHook = code instanceof OwnCode ? null : pool.contextHook;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Submission submit() {
    requireInterlock("submit()");
    Submission answer = enter(UserCode.captured(contextHook, body));
    return answer == null ? refused() : answer;
  }

  @Override
  public Submission submit(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    requireInterlock("submit(limit)");
    Action run = UserCode.captured(contextHook, body);
    long begin = System.nanoTime();
    while (true) {
      Submission answer = enter(run);
      if (answer != null) {
        return answer;
      }
      long left = Waits.left(nanos, begin);
      if (left <= 0) {
        return refused();
      }
      requireAnother();
      await(() -> !isFull() || isOver(), left);
    }
  }

  private Submission refused() {
    lock.lock();
    try {
      return pool.tally.add(Submission.REFUSED);
    } finally {
      lock.unlock();
    }
  }

  /** Null if there is no room. */
  private @Nullable Submission enter(@Nullable Action run) {
    try {
      BriefLock.lock(lock);
      try {
        requireOpen();
        if (!cancelling && isFull()) {
          return null;
        }
        return pool.tally.add(cancelling ? Submission.REFUSED : submitted(run));
      } finally {
        lock.unlock();
      }
    } catch (Error ours) { // of memory, while a view had a worker come
      pool.broke(ours);
      throw ours;
    }
  }

  /** Whether the view has no room for the run that a submission would add. */
  private boolean isFull() {
    return state == JobState.IDLE && pool.staff.isFull();
  }

  /** Whether waiting for room is in vain: a submission would throw, or be refused. */
  private boolean isOver() {
    return closed || cancelling || pool.isClosing() || pool.isBroken();
  }

  private Submission submitted(@Nullable Action run) {
    JobState old = become(state.submitted());
    if (old == JobState.IDLE || old == JobState.RUNNING) {
      captured = run;
    }
    return switch (old) {
      case IDLE -> {
        pool.staff.place(this);
        yield Submission.QUEUED;
      }
      case RUNNING -> interlock == null ? Submission.QUEUED : Submission.COALESCED;
      case WAITING, RUNNING_AGAIN -> Submission.COALESCED;
    };
  }

  /** Each change of the state: counts the runs that are over by it. Returns the old one. */
  private JobState become(JobState next) {
    JobState old = state;
    state = next;
    over += Math.max(0, old.owed() - next.owed());
    return old;
  }

  @Override
  public void done() {
    requireInterlock("done()");
    lock.lock();
    try {
      if (runner == null || pool.callersJob() != this || runner.thread != Thread.currentThread()) {
        throw misuse("done() is for the run in progress, once");
      }
      if (interlock != null) {
        become(state.cancelled()); // the body looked again, so what was coalesced is served
      }
      if (endRun()) {
        pool.staff.place(this);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Cancellation cancel() {
    requireInterlock("cancel()");
    lock.lock();
    try {
      return takeAway();
    } finally {
      lock.unlock();
      pool.staff.endIfOver(); // it may have been the last that waited
    }
  }

  @Override
  public Cancellation cancelAndWait() throws InterruptedException {
    return cancelAndWait(Waits.FOREVER);
  }

  @Override
  public Cancellation cancelAndWait(Duration limit) throws InterruptedException {
    return cancelAndWait(Waits.nanos(limit));
  }

  private Cancellation cancelAndWait(long nanos) throws InterruptedException {
    requireInterlock("cancelAndWait()");
    requireOutside("cancelAndWait()");
    Cancellation answer;
    long awaited;
    lock.lock();
    try {
      answer = takeAway();
      if (!state.isRunning()) {
        return answer; // this is the instant of W7
      }
      cancelling = true;
      awaited = cancelled;
      pool.settled.signalAll(); // whoever waits for room
    } finally {
      lock.unlock();
      pool.staff.endIfOver(); // it may have been the last that waited
    }
    return await(() -> cancelled != awaited, nanos) ? answer : Cancellation.TIMED_OUT;
  }

  private Cancellation takeAway() {
    JobState old = become(state.cancelled());
    captured = null;
    return switch (old) {
      case IDLE -> Cancellation.IDLE;
      case WAITING -> {
        pool.staff.remove(this);
        pool.settled.signalAll();
        yield Cancellation.REMOVED;
      }
      case RUNNING -> Cancellation.RUNNING;
      case RUNNING_AGAIN -> interlock == null ? Cancellation.REMOVED : Cancellation.RUNNING;
    };
  }

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return closed || pool.isClosing();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    if (beginClose()) {
      Waits.uninterruptibly(() -> await(this::isReleased, Waits.FOREVER));
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    return beginClose() && await(this::isReleased, nanos) ? List.of() : List.of(name);
  }

  /** Whether the caller may wait: a body of the job itself may not, its end is the close's. */
  private boolean beginClose() {
    boolean own = pool.callersJob() == this;
    if (!own) {
      requireOutside("close()");
    }
    lock.lock();
    try {
      closed = true;
      pool.settled.signalAll(); // whoever waits for room
    } finally {
      lock.unlock();
    }
    return !own;
  }

  private boolean isReleased() {
    return bodies == 0 && state == JobState.IDLE;
  }

  /**
   * Waits until the pool's lock shows the condition. An interlock that the caller holds is given up
   * meanwhile, as often as it is held, and got back in any case, as by a Condition (P5).
   */
  private boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    if (interlock == null || nanos <= 0) {
      return awaitSettled(condition, nanos);
    }
    int holds = interlock.getHoldCount();
    for (int i = 0; i < holds; i++) {
      interlock.unlock();
    }
    try {
      return awaitSettled(condition, nanos);
    } finally {
      for (int i = 0; i < holds; i++) {
        interlock.lock();
      }
    }
  }

  private boolean awaitSettled(BooleanSupplier condition, long nanos) throws InterruptedException {
    return pool.announced.during(name, awaited(condition), nanos, () -> settles(condition, nanos));
  }

  private Awaited awaited(BooleanSupplier condition) {
    return AnnouncedWaits.awaited(() -> isSettled(condition), item -> item == this);
  }

  private boolean isSettled(BooleanSupplier condition) {
    lock.lock();
    try {
      return condition.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  private boolean settles(BooleanSupplier condition, long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = pool.settled.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  // ---- What the pool asks; its lock is held

  /** The user's object, whose class loader is the context loader of the run. */
  Object code() {
    return code;
  }

  /** For its worker, without the lock. */
  Action body() {
    return body;
  }

  void beginOn(LockedWorker worker) {
    become(state.begun());
    runner = worker;
    worker.job = this;
    worker.captured = captured;
    captured = null;
    bodies++;
  }

  /** A body has left its worker. Returns whether the job is WAITING and needs a place. */
  boolean endBody(LockedWorker worker) {
    bodies--;
    boolean again = runner == worker && endRun();
    pool.settled.signalAll();
    return again;
  }

  private boolean endRun() {
    runner = null;
    become(pool.isBroken() ? JobState.IDLE : state.ended());
    if (state == JobState.IDLE) {
      captured = null;
    }
    if (cancelling) {
      assert state == JobState.IDLE : state;
      cancelling = false;
      cancelled++;
    }
    pool.tally.runEnded();
    pool.settled.signalAll();
    return state == JobState.WAITING;
  }

  /** The pool broke while the job was in line. */
  void drop() {
    become(state.cancelled());
    captured = null;
  }

  /** For a flush: the runs that are owed now are over when {@link #isOver(long)} says so. */
  long lastOwed() {
    return over + state.owed();
  }

  /** What is over stays so. */
  boolean isOver(long run) {
    return over >= run;
  }

  /** How many runs are pending on a worker that has this job. */
  int pendingOn(LockedWorker worker, boolean begun) {
    if (runner != worker) {
      return 0;
    }
    return (begun ? 0 : 1) + (interlock == null && state == JobState.RUNNING_AGAIN ? 1 : 0);
  }

  // ---- Checks

  private void requireInterlock(String call) {
    if (interlock != null && !interlock.isHeldByCurrentThread()) {
      throw misuse(call + " without its interlock");
    }
  }

  private void requireOutside(String call) {
    LockedJob callers = pool.callersJob();
    if (callers == this) {
      throw misuse(call + " from inside its own run would wait for itself");
    }
    if (callers != null && pool.staff.isExclusive()) {
      throw misuse(call + " from inside job \"" + callers.name + "\" waits for the only worker");
    }
    if (pool.staff.baseHoldsCaller()) {
      throw misuse(call + " on the only worker of the view's pool would wait for itself");
    }
  }

  /** Rule G6: whoever would wait for room must not be what makes it. */
  private void requireAnother() {
    if ((pool.callersJob() != null && pool.staff.isExclusive()) || pool.staff.baseHoldsCaller()) {
      throw misuse("submit(limit) would wait for room that only the run it is called in can make");
    }
  }

  private MisuseException misuse(String what) {
    return new MisuseException(pool.title() + part() + ": " + what);
  }

  private void requireOpen() {
    pool.requireOpen(part());
    if (closed) {
      throw new ClosedException(pool.title() + part() + ": closed");
    }
  }

  private String part() {
    return ": job \"" + name + "\"";
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return pool.title() + part() + " (" + state + (closed ? ", closed)" : ")");
    } finally {
      lock.unlock();
    }
  }
}
