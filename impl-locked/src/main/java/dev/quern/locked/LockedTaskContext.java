// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Call;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Serialises tasks without a thread (rules T1 to T13); {@link ContextTurns} is the mechanism. */
final class LockedTaskContext implements TaskContext, Managed {
  private enum Life {
    OPEN,
    /** Takes nothing more; what is in line has its turn. */
    CLOSING,
    /** Idle for ever; one thread gives back the pool. */
    RELEASING,
    ENDED
  }

  private final Host host;
  private final String name;
  private final @Nullable ContextHook contextHook;
  private final ContextTurns turns;
  private final ReentrantLock lock; // that of the turns
  private final Condition changed;
  private Life life = Life.OPEN; // guarded by lock
  private int closers; // guarded by lock

  LockedTaskContext(Host host, TaskContextSpec spec) {
    this.host = host;
    this.name = spec.name();
    this.contextHook = host.contextHook();
    this.turns = new ContextTurns(host, spec, this::ranDry);
    this.lock = turns.lock;
    this.changed = turns.changed;
  }

  @Override
  public String name() {
    return name;
  }

  // ---- Tasks

  @Override
  public Task newTask(String name, Action body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    return newTask(name, body, self -> body.run());
  }

  @Override
  public Task newTask(String name, Body<Task> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    return newTask(name, body, body);
  }

  private Task newTask(String name, Object code, Body<Task> body) {
    lock.lock();
    try {
      requireOpen();
      return new LockedTask(this, name, code, body);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void dispatch(Action once) {
    dispatch(new OnceTurn(Objects.requireNonNull(once, "once")));
  }

  Submission dispatch(ContextTurn turn) {
    Action captured = null;
    boolean free = false;
    for (boolean accepted = false; !accepted; ) {
      captured = captured(turn, captured);
      lock.lock();
      try {
        requireOpen();
        if (turn.pending) {
          return turns.tally.add(Submission.COALESCED);
        }
        free = turns.isIdle();
        accepted = accept(turn, captured);
      } finally {
        lock.unlock();
      }
    }
    if (free) {
      turns.serve(false);
    }
    return Submission.QUEUED;
  }

  /**
   * Without the lock, which the context hook must not see: asked only where nothing runs at once.
   */
  private @Nullable Action captured(ContextTurn turn, @Nullable Action before) {
    return before != null || contextHook == null || looksFree()
        ? before
        : UserCode.captured(contextHook, turn);
  }

  private boolean looksFree() {
    lock.lock();
    try {
      return turns.isIdle();
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held. False if the turn would stand in line without what has to be captured. */
  private boolean accept(ContextTurn turn, @Nullable Action captured) {
    boolean free = turns.isIdle();
    if (!free && contextHook != null && captured == null) {
      return false;
    }
    turn.captured = free ? null : captured;
    turns.accept(turn);
    return true;
  }

  Cancellation cancel(LockedTask task) {
    lock.lock();
    try {
      if (task.pending) {
        turns.takeAway(task);
        return Cancellation.REMOVED;
      }
      return turns.current() == task ? Cancellation.RUNNING : Cancellation.IDLE;
    } finally {
      lock.unlock();
    }
  }

  // ---- Calls

  @Override
  public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code)
      throws X, InterruptedException {
    CallTurn<T, X> turn = new CallTurn<>(Objects.requireNonNull(code, "code"));
    while (!run(turn, Waits.FOREVER)) {}
    return turn.outcome();
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code, Duration limit)
      throws X, InterruptedException, TimeoutException {
    CallTurn<T, X> turn = new CallTurn<>(Objects.requireNonNull(code, "code"));
    if (!run(turn, Waits.nanos(limit))) {
      throw new TimeoutException(title() + ": the call did not end within " + limit);
    }
    return turn.outcome();
  }

  private boolean run(CallTurn<?, ?> turn, long nanos) throws InterruptedException {
    requireOutside("call()");
    Action captured = null;
    for (boolean accepted = false; !accepted; ) {
      captured = captured(turn, captured);
      lock.lock();
      try {
        requireOpen();
        boolean free = turns.isIdle();
        if (!free && nanos <= 0) {
          return false;
        }
        accepted = accept(turn, captured);
        if (accepted && !free) {
          return awaitTurn(turn, nanos);
        }
      } finally {
        lock.unlock();
      }
    }
    turns.serve(false);
    return requireDone(turn);
  }

  private boolean awaitTurn(CallTurn<?, ?> turn, long nanos) throws InterruptedException {
    long left = nanos;
    try {
      while (turns.isUnfinished(turn)) {
        if (left <= 0) {
          withdraw(turn);
          return false;
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      if (turns.isUnfinished(turn)) {
        withdraw(turn);
        throw interrupted;
      }
      Thread.currentThread().interrupt(); // the outcome is here, and would get lost
    }
    return requireDone(turn);
  }

  private void withdraw(CallTurn<?, ?> turn) {
    if (turn.pending) {
      turns.takeAway(turn);
    } else {
      turn.abandon();
    }
  }

  private boolean requireDone(CallTurn<?, ?> turn) {
    lock.lock();
    try {
      if (!turn.isDone()) {
        throw brokenDown();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  // ---- Waiting

  @Override
  public void barrier() throws InterruptedException {
    barrier(Waits.FOREVER);
  }

  @Override
  public boolean barrier(Duration limit) throws InterruptedException {
    return barrier(Waits.nanos(limit));
  }

  private boolean barrier(long nanos) throws InterruptedException {
    requireOutside("barrier()");
    long left = nanos;
    lock.lock();
    try {
      long before = turns.lastPlace();
      boolean waited = false;
      while (turns.oldestPlace() <= before) {
        if (left <= 0) {
          return false;
        }
        waited = true;
        left = changed.awaitNanos(left);
      }
      if (waited && turns.broken() != null) {
        throw brokenDown(); // what it waited for may be lost
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return life != Life.OPEN;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    requireOutside("close()");
    Waits.uninterruptibly(() -> close(Waits.FOREVER));
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    requireOutside("close()");
    return close(nanos) ? List.of() : unfinished();
  }

  private boolean close(long nanos) throws InterruptedException {
    boolean mine;
    lock.lock();
    try {
      if (life == Life.OPEN) {
        life = Life.CLOSING;
        turns.close();
      }
      closers++;
      try {
        mine = awaitEnd(nanos);
      } finally {
        closers--;
      }
    } finally {
      lock.unlock();
    }
    if (mine) {
      release();
    }
    return isEnded();
  }

  /** Returns whether the caller is the one who ends the context. */
  private boolean awaitEnd(long nanos) throws InterruptedException {
    long left = nanos;
    while (life != Life.ENDED) {
      if (beginRelease()) {
        return true;
      }
      if (left <= 0) {
        return false;
      }
      try {
        left = changed.awaitNanos(left);
      } catch (InterruptedException interrupted) {
        if (beginRelease()) { // nobody else may be left who would
          Thread.currentThread().interrupt();
          return true;
        }
        throw interrupted;
      }
    }
    return false;
  }

  private boolean isEnded() {
    lock.lock();
    try {
      return life == Life.ENDED;
    } finally {
      lock.unlock();
    }
  }

  private boolean beginRelease() {
    if (life != Life.CLOSING || !turns.isIdle()) {
      return false;
    }
    life = Life.RELEASING;
    return true;
  }

  /** A runner leaves: if nobody waits for the end any more, it is the runner's to bring. */
  private void ranDry() {
    boolean mine;
    lock.lock();
    try {
      mine = closers == 0 && beginRelease();
    } finally {
      lock.unlock();
    }
    if (mine) {
      release();
    }
  }

  private void release() {
    try {
      turns.pool().release();
    } finally {
      host.ended(this);
      lock.lock();
      try {
        life = Life.ENDED;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    lock.lock();
    try {
      turns.forEach(turn -> names.add(Objects.requireNonNullElse(turn.item(), name)));
    } finally {
      lock.unlock();
    }
    return names.isEmpty() ? List.of(name) : List.copyOf(names);
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    return isInside() || turns.pool().holdsCaller();
  }

  private boolean isInside() {
    lock.lock();
    try {
      return turns.isInside();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Counts counts() {
    return turns.counts();
  }

  @Override
  public void interruptRuns() {
    turns.interruptRuns();
  }

  // ---- Checks and words

  private void requireOutside(String call) {
    if (isInside()) {
      throw new MisuseException(title() + ": " + call + " from inside it would wait for itself");
    }
    if (turns.pool().holdsCaller()) {
      throw new MisuseException(
          title() + ": " + call + " from inside the only worker of its pool would wait for itself");
    }
  }

  private void requireOpen() {
    if (turns.broken() != null) {
      throw brokenDown();
    }
    if (life != Life.OPEN) {
      throw new ClosedException(title() + ": closed");
    }
  }

  private ClosedException brokenDown() {
    Throwable cause = turns.broken();
    return new ClosedException(title() + ": broken by " + cause, cause);
  }

  private String title() {
    return "task context \"" + name + "\"";
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      String state = turns.broken() != null ? "broken" : life.name().toLowerCase(Locale.ROOT);
      return title() + " (" + state + (turns.isIdle() ? ", idle)" : ", busy)");
    } finally {
      lock.unlock();
    }
  }

  String describe(LockedTask task) {
    lock.lock();
    try {
      String state = task.pending ? "pending" : turns.current() == task ? "running" : "idle";
      return title() + ": task \"" + task.name() + "\" (" + state + ")";
    } finally {
      lock.unlock();
    }
  }
}
