// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Family;
import dev.quern.Kind;
import dev.quern.TaskContextSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Managed.Counts;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The contended side of a task context, made when it is first needed: the chain of turns, and the
 * owner's way through it.
 *
 * <pre>
 *   who                     does
 *   a dispatcher            push; serve: WAITERS beside an owner, or drain as the owner
 *   the owner, draining     take the chain, run it; chain empty: leave, or take it again
 *   the owner, used up      show the rest; handOver; submit the pool's job
 *   the pool's job          takeOver; run the rest, then the chain, in a turn of maxInline + 1
 *   the owner, closing      chain empty: seal it, leave: the context is quiet for ever
 * </pre>
 *
 * <p>First in, first out (rule T4): the rest was pushed before all that is in the chain, and who
 * takes over begins with the rest. If the job is refused, the owner that it was refused to goes on;
 * if the pool breaks later, with the job in it, the next who comes asks for the job again, is told
 * so, and takes over in its place.
 *
 * <p>Ordering: one run happens-before the next, through the word, or by being on one thread (rule
 * G3). Progress: a dispatch that finds an owner is lock-free; what is in the chain waits for the
 * owner, or for the pool.
 */
final class ContextTurns {
  /** The clock is looked at each so many turns (rule T9). */
  private static final int LOOK = 8;

  private static final VarHandle REST =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "rest", VarHandle.class, ContextTurns.class, Turn.class);

  final TurnChain chain = new TurnChain();
  final LongAdder coalesced = new LongAdder();
  final LongAdder removed = new LongAdder();
  final ContextPool pool;
  final ContextEnd end;

  private final LockfreeTaskContext context;
  private final Host host;
  private final long maxInline;
  private final long maxInlineNanos;
  private volatile @Nullable Throwable broken;
  long failed; // owner; of all runs of the context
  private @Nullable Turn rest; // owner: taken from the chain and not begun
  private long drained; // owner; runs that ended here, and not in an uncontended dispatch
  private boolean draining; // owner; such a run goes on

  ContextTurns(LockfreeTaskContext context) {
    TaskContextSpec spec = context.kind.spec;
    this.context = context;
    this.host = context.kind.host;
    this.maxInline = spec.maxInline().orElseThrow();
    this.maxInlineNanos = nanos(spec.maxInlineTime().orElseThrow());
    this.pool = new ContextPool(host, spec.name(), spec.pool().orElse(null), this::takeOver);
    this.end = new ContextEnd(host, context, pool);
  }

  /** Brings its context, which nobody has seen, to its end at once. */
  ContextTurns ended() {
    context.beginClosing();
    chain.seal();
    end.skipTo();
    return this;
  }

  private static long nanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException centuries) {
      return Long.MAX_VALUE;
    }
  }

  @Nullable Throwable broken() {
    return broken;
  }

  /**
   * What the context has done, exact when quiet.
   *
   * @param owner who was inside, looked at before
   */
  Counts counts(long owner, List<Family.Running> running, long completed) {
    boolean inLine = owner != 0 && draining;
    long inline = completed - drained + (owner != 0 && !inLine ? 1 : 0);
    long queued = chain.accepted();
    long pending = Math.max(0, queued - drained - removed.sum() - (inLine ? 1 : 0));
    return new Counts(pending, running, inline + queued, coalesced.sum(), 0, completed, failed);
  }

  /** What is in line, in no order, as far as it can be seen while it moves. */
  void forEach(Consumer<Turn> each) {
    Turn turn = (Turn) REST.getAcquire(this);
    for (long bound = chain.accepted(); turn != null && bound > 0; bound--) {
      each.accept(turn);
      turn = turn.next;
    }
    chain.forEach(each);
  }

  /**
   * After a push, or for what was pushed before: sees to it that it will be run.
   *
   * @param own the turn that the caller came with, if any
   */
  void serve(@Nullable Turn own) {
    long me = ContextWord.asOwner(Thread.currentThread());
    if (context.serve(me) || (context.isHanded() && !pool.submit() && context.takeOver(me))) {
      drain(me, own, false);
    }
  }

  /**
   * Owner: runs what is in line, until there is nothing or the rest is handed over.
   *
   * <p>A thread lent by a caller keeps its interrupt flag for the turn that it came with. The flag
   * is put aside before the turn of another, and whatever was put aside is set again at the end
   * (rule G5).
   *
   * @param own the turn that the thread came with, if it is still in line
   * @param ours whether this is a pool's thread, and not one lent by a caller
   */
  void drain(long me, @Nullable Turn own, boolean ours) {
    Thread thread = Thread.currentThread();
    boolean callers = own != null && thread.isInterrupted();
    boolean aside = false;
    long allowed = ours ? maxInline + 1 : maxInline;
    long more = 0;
    long began = 0;
    boolean refused = false;
    Turn turn = null;
    try {
      while ((turn = first(me)) != null) {
        aside |= !ours && Thread.interrupted();
        if (turn == own) {
          own = null;
          if (callers) {
            thread.interrupt();
          }
        } else if (refused) {
          refused = false;
        } else {
          long now = more % LOOK == 0 ? host.nanoTime() : began;
          began = more == 0 ? now : began;
          if (more >= allowed || now - began >= maxInlineNanos) {
            if (handOver(me)) {
              return;
            }
            refused = true; // no pool to be had: goes on, and asks again another time
            more = 0;
            began = host.nanoTime();
            continue; // another may have been inside meanwhile
          }
        }
        if (runFirst(turn, ours)) {
          more++;
        }
      }
    } catch (Throwable error) {
      broke(me, turn, error);
    } finally {
      if (aside) {
        thread.interrupt();
      }
    }
  }

  /**
   * The first in line; null if there is none any more, and the owner has left. Only who sealed the
   * chain before it left may say that the context is quiet: behind the back of another, who looks
   * at CLOSING after having left, somebody may be inside again and the close only begin.
   */
  private @Nullable Turn first(long me) {
    while (true) {
      if (rest == null) {
        setRestRelease(chain.takeAll());
      }
      if (rest != null) {
        return rest;
      }
      boolean closing = context.isClosing(); // a close that comes later serves, and so seals itself
      if (!closing || chain.seal()) {
        context.hide();
        if (context.tryLeave(me)) {
          if (closing) {
            end.quiet();
          }
          return null;
        }
      }
    }
  }

  /** Returns whether there was something to run. */
  private boolean runFirst(Turn turn, boolean ours) {
    setRestRelease(turn.next);
    turn.next = null;
    Turn.Run run = turn.begin(); // from here on the turn may be in the chain again
    if (run == null) {
      return false;
    }
    String item = run.item();
    context.show(Thread.currentThread());
    context.begins(item);
    draining = true;
    boolean ok =
        ours
            ? UserCode.runHere(host, Kind.TASK_CONTEXT, context.name(), item, loader(run), run)
            : UserCode.run(host, Kind.TASK_CONTEXT, context, item, run);
    ok = run.end(ok);
    draining = false;
    drained++;
    context.ends();
    if (!ok) {
      failed++;
    }
    return true;
  }

  private static @Nullable ClassLoader loader(Turn.Run run) {
    return run.code().getClass().getClassLoader();
  }

  /** Pairs with the acquire in forEach: the links behind it. To the next owner goes the word. */
  private void setRestRelease(@Nullable Turn first) {
    REST.setRelease(this, first);
  }

  /** Leaves the rest to the pool. The context stays occupied, so order and T1 hold. */
  private boolean handOver(long me) {
    if (!pool.prepare()) {
      return false;
    }
    context.hide();
    context.handOver(me);
    return pool.submit() || !context.takeOver(me);
  }

  /** The pool's job. Nothing is owed if somebody came in its place, or the context broke. */
  private void takeOver() {
    long me = ContextWord.asOwner(Thread.currentThread());
    if (context.takeOver(me)) {
      drain(me, null, true);
    }
  }

  /**
   * An error of our own: takes nothing more, lets go of who waits, says so (rule G17). One that
   * came after the hand-over may have left a job behind that takes over: only one of the two does.
   */
  void broke(long me, @Nullable Turn current, Throwable error) {
    boolean mine = context.isInside(me) || context.takeOver(me);
    if (mine) {
      broken = error;
      for (Turn turn = chain.sealAndTake(); turn != null; turn = turn.next) {
        turn.drop();
      }
      for (Turn turn = rest; turn != null; turn = turn.next) {
        turn.drop();
      }
      if (current != null) {
        current.drop();
      }
      setRestRelease(null);
      context.hide();
      context.abandon(me);
    }
    host.failed(Kind.TASK_CONTEXT, context.name(), null, error);
    if (mine) {
      end.quiet();
    }
  }
}
