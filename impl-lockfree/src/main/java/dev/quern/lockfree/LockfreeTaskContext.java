// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Call;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Family;
import dev.quern.Kind;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Serialises tasks without a thread (rules T1 to T13). Uncontended, a dispatch is here: one step
 * in, the body, one step out, see {@link ContextWord}.
 *
 * <p>There may be a million of them, so what all of one spec have in common is in {@link
 * ContextKind}, and {@link ContextTurns} is made when somebody contends.
 */
final class LockfreeTaskContext extends ContextRuns implements TaskContext, Managed {
  LockfreeTaskContext(Host host, TaskContextSpec spec) {
    this(new ContextKind(host, spec));
  }

  LockfreeTaskContext(ContextKind kind) {
    super(kind);
    if (kind.spec.pool().isPresent()) {
      turns(); // so that errors of the pool show here
    }
  }

  @Override
  public String name() {
    return kind.name();
  }

  /** For a task; null without a context hook. */
  @Nullable CapturedRuns newCaptures() {
    return kind.hook == null ? null : new CapturedRuns(kind.hook, kind.host.parker());
  }

  /** The contended side. */
  ContextTurns turns() {
    ContextTurns made = turnsOrNull();
    return made == null ? turnsOr(new ContextTurns(this)) : made;
  }

  // ---- Tasks

  @Override
  public Task newTask(String name, Action body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockfreeTask(this, name, body);
  }

  @Override
  public Task newTask(String name, Body<Task> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockfreeTask(this, name, body);
  }

  @Override
  public void dispatch(Action once) {
    Objects.requireNonNull(once, "once");
    Thread thread = Thread.currentThread();
    long me = asOwner(thread);
    if (enter(me)) {
      runInline(thread, me, null, once);
      out(me);
    } else {
      requireOpen();
      ContextHook hook = kind.hook;
      OnceTurn turn = new OnceTurn(once, hook == null ? once : UserCode.captured(hook, once));
      if (!turns().chain.push(turn)) {
        throw closed();
      }
      turns().serve(turn);
    }
  }

  Submission dispatch(LockfreeTask task) {
    Thread thread = Thread.currentThread();
    long me = asOwner(thread);
    if (enter(me)) {
      task.setInlineOpaque(true);
      runInline(thread, me, task.item(), task.action());
      task.setInlineOpaque(false);
      out(me);
      return Submission.QUEUED;
    }
    requireOpen();
    return queue(task);
  }

  private Submission queue(LockfreeTask task) {
    ContextTurns turns = turns();
    TaskTurn turn = task.claim();
    if (turn == null) {
      turns.coalesced.increment();
      turns.serve(null); // who placed that run may not have got so far
      return Submission.COALESCED;
    }
    boolean coalesced = !turn.counts();
    long run = turn.stampOpaque(); // once pushed, the turn may come to serve another
    if (turns.chain.push(turn)) {
      task.setPlacedRelease(run);
    } else if (coalesced) {
      throw closed();
    } else if (task.remove(run)) {
      task.forget(run);
      throw closed();
    }
    turns.serve(coalesced ? null : turn);
    if (coalesced) {
      turns.coalesced.increment();
    }
    return coalesced ? Submission.COALESCED : Submission.QUEUED;
  }

  Cancellation cancel(LockfreeTask task) {
    long run = task.remove();
    if (run >= 0) {
      task.release(run);
      turns().removed.increment();
      turns().chain.died();
      return Cancellation.REMOVED;
    }
    return task.isRunning() ? Cancellation.RUNNING : Cancellation.IDLE;
  }

  // ---- The owner's

  /** False if the context broke over it: the code may not have run, and nobody is inside. */
  private boolean runInline(Thread thread, long me, @Nullable String label, Action code) {
    try {
      show(thread);
      begins(label);
      boolean ok = UserCode.run(kind.host, Kind.TASK_CONTEXT, this, label, code);
      ends();
      if (!ok) {
        turns().failed++;
      }
      return true;
    } catch (Throwable error) {
      turns().broke(me, null, error);
      return false;
    }
  }

  /** Out, by the short way or through what came meanwhile. */
  private void out(long me) {
    hide();
    if (!leave(me) && isInside(me)) {
      turns().drain(me, null, false);
    }
  }

  // ---- Calls

  @Override
  public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code)
      throws X, InterruptedException {
    CallTurn<T, X> turn = newCall(code);
    while (!run(turn, Deadline.NEVER)) {}
    return turn.outcome();
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code, Duration limit)
      throws X, InterruptedException, TimeoutException {
    CallTurn<T, X> turn = newCall(code);
    if (!run(turn, Deadline.in(limit))) {
      throw new TimeoutException(title() + ": the call did not end within " + limit);
    }
    return turn.outcome();
  }

  private <T extends @Nullable Object, X extends Exception> CallTurn<T, X> newCall(
      Call<T, X> code) {
    return new CallTurn<>(kind.host, kind.name(), Objects.requireNonNull(code, "code"));
  }

  /** False when the time is up. */
  private boolean run(CallTurn<?, ?> turn, Deadline deadline) throws InterruptedException {
    requireOutside("call()");
    requireOpen();
    Thread thread = Thread.currentThread();
    long me = asOwner(thread);
    if (enter(me)) {
      turn.begin();
      if (!runInline(thread, me, null, turn)) {
        turn.drop();
        throw closed();
      }
      if (!turn.end(true)) {
        turns().failed++;
      }
      out(me);
      return true;
    }
    if (!deadline.waits()) {
      return false;
    }
    if (kind.hook != null) {
      turn.capture(kind.hook);
    }
    if (!turns().chain.push(turn)) {
      throw closed();
    }
    turns().serve(turn);
    return await(turn, deadline);
  }

  private boolean await(CallTurn<?, ?> turn, Deadline deadline) throws InterruptedException {
    try {
      if (!turn.await(deadline)) {
        withdraw(turn);
        return turn.isDone();
      }
    } catch (InterruptedException interrupted) {
      withdraw(turn);
      if (!turn.isDone()) {
        throw interrupted;
      }
      Thread.currentThread().interrupt(); // the outcome is here, and would get lost
    }
    requireDone(turn);
    return true;
  }

  private void withdraw(CallTurn<?, ?> turn) {
    if (turn.withdraw()) {
      turns().removed.increment();
      turns().chain.died();
    }
  }

  private void requireDone(AwaitedTurn turn) {
    if (!turn.isDone()) {
      throw closed(); // what it waited for is lost
    }
  }

  // ---- Waiting

  @Override
  public void barrier() throws InterruptedException {
    barrier(Deadline.NEVER);
  }

  @Override
  public boolean barrier(Duration limit) throws InterruptedException {
    return barrier(Deadline.in(limit));
  }

  private boolean barrier(Deadline deadline) throws InterruptedException {
    requireOutside("barrier()");
    if (!isOccupied()) {
      return true; // what has been dispatched and has returned has run, see ContextWord
    }
    if (!deadline.waits()) {
      return false;
    }
    BarrierTurn turn = new BarrierTurn(kind.host.parker());
    if (turns().chain.push(turn)) {
      return await(turn, deadline);
    }
    return true; // sealed: all has run
  }

  private boolean await(BarrierTurn turn, Deadline deadline) throws InterruptedException {
    boolean done = false;
    try {
      if (remind()) {
        if (isHanded()) {
          turns().serve(null);
        }
        done = turn.await(deadline);
        if (done) {
          requireDone(turn);
        }
        return done;
      }
      return true;
    } finally {
      if (!done && turn.giveUp()) {
        turns().chain.died();
      }
    }
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    return isClosing();
  }

  @Override
  public void close() {
    requireOutside("close()");
    if (!closeUnused()) {
      beginClosing();
      turns().serve(null);
      turns().end.awaitUninterruptibly();
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireOutside("close()");
    if (closeUnused()) {
      return List.of();
    }
    beginClosing();
    turns().serve(null);
    return turns().end.await(deadline) ? List.of() : unfinished();
  }

  /**
   * Closes a context that nobody is inside of or ever contended for, and makes no contended side
   * for it. False if it is not one. From the first step on nobody gets in; who was about to contend
   * either comes with a contended side before the second one, and that is closed like any, or finds
   * it sealed.
   */
  private boolean closeUnused() {
    if (turnsOrNull() != null || !closeIdle()) {
      return false;
    }
    ContextTurns ended = kind.ended();
    if (turnsOr(ended) != ended) {
      return false;
    }
    kind.host.ended(this);
    return true;
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    if (owner() != 0) {
      names.add(shown());
    }
    turns()
        .forEach(
            turn -> {
              if (turn.counts() && !turn.isDead()) {
                names.add(Objects.requireNonNullElse(turn.item(), name()));
              }
            });
    return names.isEmpty() ? List.of(name()) : List.copyOf(names);
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    ContextTurns made = turnsOrNull();
    return isInside(asOwner(Thread.currentThread())) || (made != null && made.pool.holdsCaller());
  }

  @Override
  public Counts counts() {
    long owner = owner(); // first: what the owner wrote before it left is read after it
    List<Family.Running> running = running(owner);
    long completed = completed();
    ContextTurns turns = turnsOrNull();
    if (turns == null) {
      return new Counts(0, running, completed + (owner == 0 ? 0 : 1), 0, 0, completed, 0);
    }
    return turns.counts(owner, running, completed);
  }

  @Override
  public void interruptRuns() {
    long owner = owner();
    Thread thread = owner == 0 ? null : runner(owner);
    if (thread != null && pin(owner)) {
      try {
        thread.interrupt();
      } finally {
        unpin();
      }
    }
  }

  // ---- Checks and words

  private void requireOutside(String call) {
    if (isInside(asOwner(Thread.currentThread()))) {
      throw new MisuseException(title() + ": " + call + " from inside it would wait for itself");
    }
    ContextTurns made = turnsOrNull();
    if (made != null && made.pool.holdsCaller()) {
      throw new MisuseException(
          title() + ": " + call + " from inside the only worker of its pool would wait for itself");
    }
  }

  private void requireOpen() {
    if (isClosing()) {
      throw closed();
    }
  }

  private ClosedException closed() {
    ContextTurns made = turnsOrNull();
    Throwable cause = made == null ? null : made.broken();
    return cause == null
        ? new ClosedException(title() + ": closed")
        : new ClosedException(title() + ": broken by " + cause, cause);
  }

  String title() {
    return "task context \"" + name() + "\"";
  }

  @Override
  public String toString() {
    ContextTurns made = turnsOrNull();
    String state = isClosing() ? "closing" : "open";
    if (made != null && made.broken() != null) {
      state = "broken";
    } else if (made != null && made.end.isEnded()) {
      state = "ended";
    }
    return title() + " (" + state + (isOccupied() ? ", busy)" : ", idle)");
  }
}
