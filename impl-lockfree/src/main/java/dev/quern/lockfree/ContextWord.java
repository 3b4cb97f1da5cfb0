// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * Who is inside a task context: one word, 0 while it is open and nobody is.
 *
 * <pre>
 *   part     set by           cleared by          while it is set
 *   owner    enter, serve,    leave, tryLeave,    one thread, by its number, is inside
 *            takeOver         handOver
 *   WAITERS  serve, remind    tryLeave            the chain may hold turns: the owner may not leave
 *   HANDED   handOver         takeOver            nobody is inside, the pool's job is owed
 *   CLOSING  beginClosing     never               nothing is accepted, enter fails for ever
 *   PINNED   pin              unpin               the owner is being interrupted, and stays
 * </pre>
 *
 * <p>Uncontended, a run costs one step in (0 to owner) and one out (owner to 0); any bit that came
 * meanwhile makes the step out fail, and the owner goes the long way through {@link #tryLeave}.
 *
 * <p>Nothing accepted is forgotten, and none is overtaken (rule T4): a turn is pushed first, then
 * its thread sees or sets WAITERS beside an owner, or finds no owner and becomes it, and only then
 * returns. The owner clears WAITERS first, then looks at the chain, and leaves by a step that fails
 * if WAITERS came back. So while there is no owner, every turn in the chain is one whose dispatch
 * has not returned: whoever enters then overtakes nobody.
 *
 * <p>Not an invariant: WAITERS does not say that the chain holds something; the look may find
 * nothing.
 *
 * <p>Ordering: volatile-mode updates of one word, so leaving happens-before the next entering (rule
 * G3). Progress: lock-free; a step is tried again only because another one succeeded, but for an
 * owner that is pinned, which waits for the two steps of the thread that interrupts it.
 */
abstract class ContextWord {
  private static final long WAITERS = 1;
  private static final long HANDED = 2;
  private static final long CLOSING = 4;
  private static final long PINNED = 8;
  private static final int OWNER_SHIFT = 4;
  private static final long OWNER = -1L << OWNER_SHIFT;

  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, ContextWord.class, long.class);

  private volatile long word;

  /** The caller, as the owner part of the word. */
  static long asOwner(Thread thread) {
    return ThreadIds.of(thread) << OWNER_SHIFT;
  }

  /**
   * In, if it is open and nobody is inside. A look first: a step that fails takes the line away
   * from the owner all the same.
   */
  final boolean enter(long me) {
    return word == 0 && WORD.compareAndSet(this, 0L, me);
  }

  /** Out, if nothing came meanwhile; else through {@link #tryLeave}. */
  final boolean leave(long me) {
    return WORD.compareAndSet(this, me, 0L);
  }

  final boolean isInside(long me) {
    return owner() == me;
  }

  /** The owner, or 0. */
  final long owner() {
    return word & OWNER;
  }

  static long threadId(long owner) {
    return owner >>> OWNER_SHIFT;
  }

  final boolean isClosing() {
    return (word & CLOSING) != 0;
  }

  final boolean isHanded() {
    return (word & HANDED) != 0;
  }

  /** Somebody is inside, or owed. */
  final boolean isOccupied() {
    return isOccupied(word);
  }

  private static boolean isOccupied(long word) {
    return (word & (OWNER | HANDED)) != 0;
  }

  /**
   * After a push: sees to it that the turn will be served. True if nobody was inside: the caller is
   * the owner now and drains the chain.
   */
  final boolean serve(long me) {
    while (true) {
      long old = word;
      if (isOccupied(old)) {
        if (remindOnce(old)) {
          return false;
        }
      } else if (WORD.compareAndSet(this, old, old | me)) {
        return true;
      }
    }
  }

  /** As serve, for who runs nothing. False if nobody is inside. */
  final boolean remind() {
    while (true) {
      long old = word;
      if (!isOccupied(old)) {
        return false;
      }
      if (remindOnce(old)) {
        return true;
      }
    }
  }

  private boolean remindOnce(long old) {
    return (old & WAITERS) != 0 || WORD.compareAndSet(this, old, old | WAITERS);
  }

  /**
   * Owner, having found the chain empty. False: it has to look again, since turns may have come, or
   * to try again.
   */
  final boolean tryLeave(long me) {
    long old = word;
    assert (old & OWNER) == me && (old & HANDED) == 0 : "left by who is not inside";
    if ((old & WAITERS) != 0) {
      WORD.getAndBitwiseAnd(this, ~WAITERS);
      return false;
    }
    if ((old & PINNED) != 0) {
      Thread.yield();
      return false;
    }
    return WORD.compareAndSet(this, old, old & CLOSING);
  }

  /** Owner: from now on the pool's job is owed. The word is never 0 in between (rule T9). */
  final void handOver(long me) {
    while (true) {
      long old = word;
      assert (old & OWNER) == me && (old & HANDED) == 0 : "handed over by who is not inside";
      if ((old & PINNED) != 0) {
        Thread.yield();
      } else if (WORD.compareAndSet(this, old, (old & (WAITERS | CLOSING)) | HANDED)) {
        return;
      }
    }
  }

  /** The pool's job, or who finds that it will not come. One of them, once for each handOver. */
  final boolean takeOver(long me) {
    while (true) {
      long old = word;
      if ((old & HANDED) == 0) {
        return false;
      }
      assert (old & OWNER) == 0 : "handed over, and somebody inside";
      if (WORD.compareAndSet(this, old, (old & ~HANDED) | me)) {
        return true;
      }
    }
  }

  /**
   * Closing, if it is open and nobody is inside or owed. From here on, in comes only who drains.
   */
  final boolean closeIdle() {
    return word == 0 && WORD.compareAndSet(this, 0L, CLOSING);
  }

  final void beginClosing() {
    WORD.getAndBitwiseOr(this, CLOSING);
  }

  /** Owner, after an error of our own: out for ever, whatever waits. */
  final void abandon(long me) {
    while (true) {
      long old = word;
      assert (old & OWNER) == me && (old & HANDED) == 0 : "abandoned by who is not inside";
      if ((old & PINNED) != 0) {
        Thread.yield();
      } else if (WORD.compareAndSet(this, old, CLOSING)) {
        return;
      }
    }
  }

  /** Keeps that owner inside until unpin. False if it is not inside, or pinned already. */
  final boolean pin(long owner) {
    while (true) {
      long old = word;
      if ((old & OWNER) != owner || (old & PINNED) != 0) {
        return false;
      }
      if (WORD.compareAndSet(this, old, old | PINNED)) {
        return true;
      }
    }
  }

  final void unpin() {
    WORD.getAndBitwiseAnd(this, ~PINNED);
  }
}
