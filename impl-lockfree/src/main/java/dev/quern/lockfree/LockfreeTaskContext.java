// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

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
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Serialises tasks without a thread (rules T1 to T13). Uncontended, a dispatch is here: one step
 * in, the body, one step out, see {@link ContextWord}. What more there is, {@link ContextTurns} is
 * made for when it is first needed, so that a context which nobody contends for stays small.
 */
final class LockfreeTaskContext extends ContextWord implements TaskContext, Managed {
  private static final VarHandle TURNS =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "turns", VarHandle.class, LockfreeTaskContext.class, ContextTurns.class);

  private final Host host;
  private final TaskContextSpec spec;
  private final @Nullable ContextHook contextHook; // asked only where nothing runs at once
  private volatile @Nullable ContextTurns turns;
  private long completed; // owner; read after the word
  private @Nullable String item; // owner: that of the last run; a label keeps nothing alive
  private long since; // owner, when the run began
  private @Nullable Thread runner; // owner, if it is virtual: others are found by their number

  LockfreeTaskContext(Host host, TaskContextSpec spec) {
    this.host = host;
    this.spec = spec;
    this.contextHook = host.contextHook();
    if (spec.pool().isPresent()) {
      turns = new ContextTurns(this, host, spec); // so that errors of the pool show here
    }
  }

  @Override
  public String name() {
    return spec.name();
  }

  /** For a task; null without a context hook. */
  @Nullable CapturedRuns newCaptures() {
    return contextHook == null ? null : new CapturedRuns(contextHook, host.parker());
  }

  /** The contended side. */
  ContextTurns turns() {
    ContextTurns made = turns;
    if (made == null) {
      ContextTurns fresh = new ContextTurns(this, host, spec);
      ContextTurns other = (ContextTurns) TURNS.compareAndExchange(this, null, fresh);
      made = other == null ? fresh : other;
    }
    return made;
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
      ContextHook hook = contextHook;
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
      ran(UserCode.run(host, Kind.TASK_CONTEXT, name(), label, code));
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

  void show(Thread thread) {
    if (ThreadIds.isVirtual(thread)) {
      runner = thread;
    }
  }

  void hide() {
    if (runner != null) {
      runner = null;
    }
  }

  /** For who inspects, in a race: no clock read, and a store less where one item runs again. */
  @SuppressWarnings("ReferenceEquality") // another label of equal text is only a store more
  void begins(@Nullable String label) {
    since = host.recentNanoTime();
    if (item != label) {
      item = label;
    }
  }

  /** A run has ended, well or not. */
  void ran(boolean ok) {
    completed++;
    if (!ok) {
      turns().failed++;
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
    return new CallTurn<>(host, name(), Objects.requireNonNull(code, "code"));
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
    if (contextHook != null) {
      turn.capture(contextHook);
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
    BarrierTurn turn = new BarrierTurn(host.parker());
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
    beginClosing();
    turns().serve(null);
    turns().end.awaitUninterruptibly();
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireOutside("close()");
    beginClosing();
    turns().serve(null);
    return turns().end.await(deadline) ? List.of() : unfinished();
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    if (owner() != 0) {
      names.add(Objects.requireNonNullElse(item, name()));
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
    ContextTurns made = turns;
    return isInside(asOwner(Thread.currentThread())) || (made != null && made.pool.holdsCaller());
  }

  @Override
  public Counts counts() {
    long owner = owner(); // first: what the owner wrote before it left is read after it
    ContextTurns turns = turns();
    boolean inLine = owner != 0 && turns.isDraining();
    long inline = completed - turns.drained() + (owner != 0 && !inLine ? 1 : 0);
    long removed = turns.removed.sum();
    long queued = turns.chain.accepted();
    long pending = Math.max(0, queued - turns.drained() - removed - (inLine ? 1 : 0));
    long coalesced = turns.coalesced.sum();
    List<Family.Running> running = running(owner);
    return new Counts(pending, running, inline + queued, coalesced, 0, completed, turns.failed);
  }

  private List<Family.Running> running(long owner) {
    Thread thread = owner == 0 ? null : runner(owner);
    if (thread == null) {
      return List.of();
    }
    Instant began = Instant.now().minusNanos(host.nanoTime() - since);
    return List.of(
        new Family.Running(Objects.requireNonNullElse(item, name()), began, thread.getName()));
  }

  private @Nullable Thread runner(long owner) {
    Thread virtual = runner;
    boolean same = virtual != null && asOwner(virtual) == owner;
    return same ? virtual : ThreadIds.platformThread(threadId(owner));
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
    ContextTurns made = turns;
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
    Throwable cause = turns().broken();
    return cause == null
        ? new ClosedException(title() + ": closed")
        : new ClosedException(title() + ": broken by " + cause, cause);
  }

  String title() {
    return "task context \"" + name() + "\"";
  }

  @Override
  public String toString() {
    ContextTurns made = turns;
    String state = isClosing() ? "closing" : "open";
    if (made != null && made.broken() != null) {
      state = "broken";
    } else if (made != null && made.end.isEnded()) {
      state = "ended";
    }
    return title() + " (" + state + (isOccupied() ? ", busy)" : ", idle)");
  }
}
