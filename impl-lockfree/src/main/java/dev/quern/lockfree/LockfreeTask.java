// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Task;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A task of one context, by construction (rule T8). */
final class LockfreeTask extends TaskLife implements Task, Turn.Run {
  private static final VarHandle OWN =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "own", VarHandle.class, LockfreeTask.class, TaskTurn.class);

  private final LockfreeTaskContext context;
  private final String name;
  private final Action action;
  private final Object code;
  private final @Nullable CapturedRuns captures; // null without a context hook
  private volatile @Nullable TaskTurn own; // null until the first contended dispatch

  LockfreeTask(LockfreeTaskContext context, String name, Action body) {
    this.context = context;
    this.name = name;
    this.action = body;
    this.code = body;
    this.captures = context.newCaptures();
  }

  LockfreeTask(LockfreeTaskContext context, String name, Body<Task> body) {
    this.context = context;
    this.name = name;
    this.action = () -> body.run(this);
    this.code = body;
    this.captures = context.newCaptures();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Submission dispatch() {
    return context.dispatch(this);
  }

  @Override
  public Cancellation cancel() {
    return context.cancel(this);
  }

  /**
   * Makes a run pending. Returns the turn to push for it, or null: it coalesced, and the run that
   * was pending has its place.
   */
  @Nullable TaskTurn claim() {
    Action wrapped = captures == null ? null : captures.capture(action);
    while (true) {
      long old = look();
      TaskTurn kept = own; // between look and claim: see TaskLife
      if (wrapped == null ? claim(old) : claim(old, wrapped)) {
        long run = stamp(old);
        if (!wasPending(old)) {
          return (wasOwnFree(old) && kept != null ? kept : fresh(kept)).forRunOpaque(run);
        }
        return isPlacedAcquire(run) ? null : new TaskTurn(this, false).forRunOpaque(run);
      }
    }
  }

  /** As {@link #claim(long)}; if the run becomes the caller's, it has what the hook made of it. */
  private boolean claim(long old, Action run) {
    if (captures == null || wasPending(old)) {
      return claim(old);
    }
    CapturedRuns.Entry entry = captures.enter(stamp(old), run);
    boolean claimed = claim(old);
    if (claimed) {
      captures.won(entry);
    } else {
      captures.lost(entry);
    }
    return claimed;
  }

  private TaskTurn fresh(@Nullable TaskTurn kept) {
    TaskTurn fresh = new TaskTurn(this, true);
    OWN.compareAndSet(this, kept, fresh); // else another claim's is kept, and this one is used once
    return fresh;
  }

  Action action() {
    return action;
  }

  boolean isOwn(TaskTurn turn) {
    return own == turn;
  }

  /** The run was taken away while it was pending. */
  void forget(long run) {
    if (captures != null) {
      captures.drop(run);
    }
  }

  /** Runner: that run has begun. */
  void began(long run) {
    if (captures != null) {
      captures.begin(run);
    }
  }

  /** The run was taken back: its turn keeps nothing alive. */
  void release(long run) {
    forget(run);
    TaskTurn kept = own;
    if (kept != null) {
      kept.release(run);
    }
  }

  @Override
  public void run() throws Exception {
    Action wrapped = captures == null ? null : captures.begun();
    (wrapped == null ? action : wrapped).run();
  }

  @Override
  public boolean end(boolean ok) {
    end();
    return ok;
  }

  @Override
  public String item() {
    return name;
  }

  @Override
  public Object code() {
    return code;
  }

  @Override
  public String toString() {
    String state = isPending() ? "pending" : isRunning() ? "running" : "idle";
    return context.title() + ": task \"" + name + "\" (" + state + ")";
  }
}
