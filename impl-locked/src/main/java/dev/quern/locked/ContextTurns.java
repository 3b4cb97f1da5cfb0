// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.Submission;
import dev.quern.TaskContextSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside a context, and who is in line. Whoever comes while nobody is inside becomes the
 * owner and runs its turn, then those that came meanwhile; everybody else leaves theirs in line.
 *
 * <pre>
 *   who is inside     owner        handedOver   left by
 *   nobody            null         false        accept: the caller is the owner
 *   a runner          its thread   false        an empty line, or handOver
 *   nobody, but owed  null         true         takeOver: the pool's worker is the owner
 * </pre>
 *
 * <p>While nobody is inside and nobody owed, the line is empty.
 */
final class ContextTurns {
  /** The lock of the context and its tasks. */
  final ReentrantLock lock = new ReentrantLock();

  /** A turn ended or was taken away, or the context broke or ended. */
  final Condition changed = lock.newCondition();

  final Tally tally = new Tally(); // guarded by lock

  private final Host host;
  private final String name;

  /** What a runner finds when its turn has ended. */
  private enum Next {
    TURN,
    /** Nobody is in line: it has left. */
    NOBODY,
    /** The same, and the context closes. */
    END
  }

  private final Runnable ranDry;
  private final int maxInline;
  private final long maxInlineNanos;
  private final ContextPool pool;
  private final ArrayDeque<ContextTurn> line = new ArrayDeque<>(1); // guarded by lock; small
  private @Nullable Thread owner; // guarded by lock
  private boolean handedOver; // guarded by lock
  private @Nullable ContextTurn current; // guarded by lock
  private @Nullable Action currentCaptured; // guarded by lock; as captured of the current turn
  private long currentPlace; // guarded by lock; a task in its turn may be in line again
  private long since; // guarded by lock; when the current turn began
  private boolean closing; // guarded by lock; whoever leaves sees to the end
  private long lastPlace; // guarded by lock
  private @Nullable Throwable broken; // guarded by lock

  /**
   * @param ranDry called without the lock by a runner that leaves a closing context because nobody
   *     is in line
   */
  ContextTurns(Host host, TaskContextSpec spec, Runnable ranDry) {
    this.host = host;
    this.name = spec.name();
    this.ranDry = ranDry;
    this.maxInline = spec.maxInline().orElseThrow();
    this.maxInlineNanos = Delays.delay(spec.maxInlineTime().orElseThrow());
    this.pool = new ContextPool(host, name, spec.pool().orElse(null), this::takeOver);
  }

  ContextPool pool() {
    return pool;
  }

  // ---- For who dispatches and waits; the lock is held

  boolean isIdle() {
    return owner == null && !handedOver;
  }

  /** From now on whoever leaves an empty line sees to the end. */
  void close() {
    closing = true;
  }

  boolean isInside() {
    return owner == Thread.currentThread();
  }

  /**
   * Gives the turn its place: the caller serves it now, if nobody is inside, else it is in line.
   */
  void accept(ContextTurn turn) {
    if (isIdle()) {
      turn.place = ++lastPlace;
      begin(turn);
      owner = Thread.currentThread();
    } else {
      line.add(turn);
      turn.place = ++lastPlace;
      turn.pending = true;
    }
    tally.add(Submission.QUEUED);
  }

  void takeAway(ContextTurn turn) {
    line.remove(turn);
    turn.captured = null;
    turn.pending = false;
    changed.signalAll();
  }

  /** The current turn, or null. */
  @Nullable ContextTurn current() {
    return current;
  }

  long lastPlace() {
    return lastPlace;
  }

  /** Of all that has not ended; more than any place if there is nothing. */
  long oldestPlace() {
    if (current != null) {
      return currentPlace;
    }
    ContextTurn first = line.peek();
    return first == null ? Long.MAX_VALUE : first.place;
  }

  /** Whether a call's outcome is still to come. */
  boolean isUnfinished(CallTurn<?, ?> turn) {
    return !turn.isDone() && broken == null;
  }

  @Nullable Throwable broken() {
    return broken;
  }

  void forEach(Consumer<ContextTurn> each) {
    if (current != null) {
      each.accept(current);
    }
    line.forEach(each);
  }

  // ---- For the runner; without the lock

  /**
   * Runs the current turn and those in line, until there are none or the rest is handed over.
   *
   * <p>A thread lent by a caller keeps its interrupt flag for the turn that it came with. The flag
   * is put aside before the turn of another, and whatever was put aside is set again at the end.
   *
   * @param ours whether this is a pool's thread, and not one lent by a caller
   */
  void serve(boolean ours) {
    boolean interrupted = false;
    try {
      long began = ours ? host.nanoTime() : 0;
      int more = 0;
      Next next = finish(runCurrent(ours), ours);
      while (next == Next.TURN) {
        interrupted |= !ours && Thread.interrupted();
        long now = host.nanoTime();
        if (more == 0 && !ours) {
          began = now; // what it came with is not counted
        }
        if (more >= maxInline || now - began >= maxInlineNanos) {
          if (handOver()) {
            return;
          }
          more = 0; // no pool to be had: goes on, and asks again another time
          began = now;
        }
        next = beginNext();
        if (next == Next.TURN) {
          more++;
          next = finish(runCurrent(ours), ours);
        }
      }
      if (next == Next.END) {
        ranDry.run();
      }
    } catch (Throwable error) {
      broke(error);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void begin(ContextTurn turn) {
    since = host.recentNanoTime();
    current = turn;
    currentPlace = turn.place;
    currentCaptured = turn.captured; // once it runs the turn may be in line again
    turn.captured = null;
    turn.pending = false;
  }

  /**
   * A method of its own, so that a runner's stack keeps no turn alive that has ended. The owner may
   * look without the lock: nobody else changes what is current.
   */
  private boolean runCurrent(boolean ours) {
    ContextTurn turn = Objects.requireNonNull(current);
    Action wrapped = currentCaptured;
    currentCaptured = null;
    String item = turn.item();
    Action code = wrapped == null ? turn : () -> turn.body(wrapped);
    boolean threwNothing =
        ours
            ? UserCode.runOnOurThread(host, Kind.TASK_CONTEXT, name, item, turn.code(), code)
            : UserCode.run(host, Kind.TASK_CONTEXT, name, item, code);
    return threwNothing && turn.endedWell();
  }

  /** Ends the current turn; the runner has left if nobody is in line. */
  private Next finish(boolean ok, boolean ours) {
    lock.lock();
    try {
      settle();
      current = null;
      tally.runEnded();
      if (!ok) {
        tally.runThrew();
      }
      if (ours) {
        Thread.interrupted(); // who interrupts runs holds the lock: none for this turn comes later
      }
      changed.signalAll();
      return line.isEmpty() ? leave() : Next.TURN;
    } finally {
      lock.unlock();
    }
  }

  private Next leave() {
    owner = null;
    return closing ? Next.END : Next.NOBODY;
  }

  /** What a call threw whose caller has gone goes to the failure handler, within the run (G16). */
  private void settle() {
    ContextTurn turn = Objects.requireNonNull(current);
    Throwable unobserved = turn.settle();
    if (unobserved != null) {
      lock.unlock();
      try {
        host.failed(Kind.TASK_CONTEXT, name, turn.item(), unobserved);
      } finally {
        lock.lock();
      }
    }
  }

  /** Begins the next turn, or leaves. */
  private Next beginNext() {
    lock.lock();
    try {
      ContextTurn next = line.poll();
      if (next == null) { // those in line were taken away meanwhile
        changed.signalAll();
        return leave();
      }
      begin(next);
      return Next.TURN;
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the rest to the pool. The context stays occupied, so order and T1 hold. */
  private boolean handOver() {
    Job job = pool.job();
    if (job == null) {
      return false;
    }
    setOwner(null, true);
    try {
      job.submit();
      return true;
    } catch (IllegalStateException closedOrBroken) {
      setOwner(Thread.currentThread(), false);
      return false;
    }
  }

  private void setOwner(@Nullable Thread next, boolean owed) {
    lock.lock();
    try {
      owner = next;
      handedOver = owed;
    } finally {
      lock.unlock();
    }
  }

  /** The pool's job. */
  private void takeOver() {
    lock.lock();
    try {
      if (!handedOver) {
        return; // only if the context broke
      }
      handedOver = false;
      owner = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    Next next = beginNext();
    if (next == Next.TURN) {
      serve(true);
    } else if (next == Next.END) {
      ranDry.run();
    }
  }

  /** An error of our own: takes nothing more, lets go of who waits, says so (rule G17). */
  private void broke(Throwable error) {
    lock.lock();
    try {
      broken = error;
      forEach(ContextTurn::drop);
      line.clear();
      current = null;
      owner = null;
      handedOver = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    host.failed(Kind.TASK_CONTEXT, name, null, error);
    ranDry.run();
  }

  // ---- For the runtime

  Managed.Counts counts() {
    Instant now = Instant.now();
    lock.lock();
    try {
      ContextTurn turn = current;
      if (turn == null || owner == null) {
        return tally.counts(line.size() + (turn == null ? 0 : 1), List.of());
      }
      String item = turn.item();
      Instant begun = now.minusNanos(host.nanoTime() - since);
      return tally.counts(
          line.size(),
          List.of(new Family.Running(item == null ? name : item, begun, owner.getName())));
    } finally {
      lock.unlock();
    }
  }

  void interruptRuns() {
    lock.lock();
    try {
      if (current != null && owner != null) {
        owner.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }
}
