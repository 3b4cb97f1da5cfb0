// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * The state word of a daemon queue: who owes a wake-up, who drains, what holds it back, and how far
 * its close has got (rules D3 to D8, D11, D13).
 *
 * <pre>
 *   bit       set by                cleared by        while it is set
 *   ITEMS     wake, endDrain        beginDrain        the buffer may hold items and is not armed
 *   TURNS     wake, endDrain        beginDrain        the line of turns may hold some
 *   CALLED    any step, if due      beginDrain        the carrier was asked for a drain, once
 *   DRAINING  beginDrain            endDrain          one thread, the drainer, owns the consumer side
 *   INACTIVE  new                   activate, close   what comes is kept, no drain begins
 *   pauses    pause (n)             resume (n), close likewise, and a batch in progress ends
 *   CLOSING   close, cut, broke     never             the buffer is closed, what it holds is handled
 *   CUT       cut                   never             what waits belongs to one closeNow
 *   BROKEN    broke                 never             what waits is not handled (rule G17)
 *   OVER      over                  never             the handler never runs again
 *   RELEASED  claimRelease          never             one thread gives the carrier back
 *   ENDED     ended                 never             thread, job or place with the target is gone
 *   PINNED    pin                   unpin             the drainer is being interrupted, and stays
 *   drains    endDrain              never             counts the drains, modulo 2^16
 *
 *   due: ITEMS or TURNS, and none of CALLED DRAINING INACTIVE pauses CUT BROKEN OVER
 * </pre>
 *
 * <p>Every step that leaves the queue due sets CALLED in the same update and answers "<i>you</i>
 * call the carrier": one caller only, and at most one call is outstanding. So no wake-up is lost,
 * whatever holds the queue back: the step that ends what held it is the one that calls. And a call
 * comes to nothing, beginDrain answers 0, if the queue is held again by then; ITEMS and TURNS stay.
 *
 * <p>Invariant: an item in the buffer means ITEMS or DRAINING, or an append that was told to signal
 * has yet to call wake. It holds because a drain ends without ITEMS only after a poll that found
 * the buffer empty and armed it. The same holds for the line and TURNS. Non-invariants: ITEMS may
 * be set though the buffer is empty (a drain too many finds nothing, which is no batch); CALLED may
 * stay set once the queue is OVER.
 *
 * <p>Ordering: each step is one volatile-mode compare-and-set, also where it changes no bit, so all
 * steps form one order in which each happens-before the next: append, wake, drain, next drain,
 * close. Progress: lock-free, a step is tried again only because another one succeeded, but for an
 * endDrain that is pinned, which waits for the few steps of the thread that interrupts.
 */
final class DaemonState {
  static final long ITEMS = 1;
  static final long TURNS = 2;
  private static final long CALLED = 4;
  private static final long DRAINING = 8;
  private static final long INACTIVE = 16;
  private static final long CLOSING = 32;
  private static final long CUT = 64;
  private static final long BROKEN = 128;
  private static final long OVER = 256;
  private static final long RELEASED = 512;
  private static final long ENDED = 1024;
  private static final long PINNED = 2048;
  private static final long DRAIN = 1L << 16;
  private static final long DRAINS = 0xffffL << 16;
  private static final long PAUSE = 1L << 32;
  private static final long PAUSES = -PAUSE;

  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, DaemonState.class, long.class);

  /** What resume came to. */
  enum Resumed {
    CALL,
    QUIET,
    NOT_PAUSED
  }

  private volatile long word;

  DaemonState(boolean inactive) {
    this.word = inactive ? INACTIVE : 0;
  }

  /** Whoever made the buffer (ITEMS) or the line (TURNS) non-empty. True: call the carrier. */
  boolean wake(long what) {
    assert what == ITEMS || what == TURNS : what;
    return isDue(update(what, 0) | what);
  }

  /**
   * The carrier's thread, once for each call. What there is to look at, ITEMS or TURNS or both: the
   * caller now owns the consumer side. Or 0: no drain is wanted any more.
   */
  long beginDrain() {
    while (true) {
      long old = word;
      boolean wanted = isDue(old & ~CALLED);
      assert (old & (CALLED | OVER)) != 0 : "a drain that nobody called for";
      assert (old & DRAINING) == 0 : "two drainers";
      long next = wanted ? (old & ~(CALLED | ITEMS | TURNS)) | DRAINING : old & ~CALLED;
      if (WORD.compareAndSet(this, old, next)) {
        return wanted ? old & (ITEMS | TURNS) : 0;
      }
    }
  }

  /**
   * Drainer: gives the consumer side back; {@code left} may not be empty. True: call the carrier.
   */
  boolean endDrain(long left) {
    while (true) {
      long old = word;
      assert (old & DRAINING) != 0 : "not draining";
      if ((old & PINNED) != 0) {
        Thread.yield();
        continue;
      }
      long counted = (old & ~DRAINS) | ((old + DRAIN) & DRAINS);
      if (move(old, (counted & ~DRAINING) | left)) {
        return isDue((old & ~DRAINING) | left);
      }
    }
  }

  /**
   * Keeps the drain in progress from ending until unpin. False if there is none, or it is pinned.
   */
  boolean pin() {
    while (true) {
      long old = word;
      if ((old & DRAINING) == 0 || (old & PINNED) != 0) {
        return false;
      }
      if (WORD.compareAndSet(this, old, old | PINNED)) {
        return true;
      }
    }
  }

  void unpin() {
    update(0, PINNED);
  }

  /** True: call the carrier. */
  boolean activate() {
    return isDue(update(0, INACTIVE) & ~INACTIVE);
  }

  /** Returns the drain that goes on, for {@link #isPast}. After close there is nothing to pause. */
  long pause() {
    while (true) {
      long old = word;
      boolean open = (old & CLOSING) == 0;
      assert (old & PAUSES) != PAUSES : "too many pauses";
      if (move(old, open ? old + PAUSE : old)) {
        return old & (DRAINING | DRAINS);
      }
    }
  }

  /** Whether the drain that {@link #pause} found has ended, or there was none. */
  boolean isPast(long drain) {
    return (drain & DRAINING) == 0 || (word & (DRAINING | DRAINS)) != drain;
  }

  /** After close there is nothing to resume. */
  Resumed resume() {
    while (true) {
      long old = word;
      boolean open = (old & CLOSING) == 0;
      if (open && (old & PAUSES) == 0) {
        return Resumed.NOT_PAUSED;
      }
      long next = open ? old - PAUSE : old;
      if (move(old, next)) {
        return isDue(next) ? Resumed.CALL : Resumed.QUIET;
      }
    }
  }

  /** The buffer is closed by now. Ends every pause and activates. True: call the carrier. */
  boolean close() {
    return isDue(update(CLOSING, INACTIVE | PAUSES) & ~(INACTIVE | PAUSES));
  }

  /** As {@link #close}; nothing more is handled. True for the one whom what waits belongs to. */
  boolean cut() {
    return (update(CLOSING | CUT, INACTIVE | PAUSES) & CUT) == 0;
  }

  /** As {@link #close}; what waits is left where it is. */
  void broke() {
    update(CLOSING | BROKEN, INACTIVE | PAUSES);
  }

  /**
   * Closing, and the closed buffer was seen empty, or the queue broke: true for the one step that
   * ends it. A drainer that is still at it takes this step itself.
   */
  boolean over() {
    while (true) {
      long old = word;
      assert (old & CLOSING) != 0 : "over, but not closing";
      if ((old & (DRAINING | OVER)) != 0) {
        return false;
      }
      if (WORD.compareAndSet(this, old, old | OVER)) {
        return true;
      }
    }
  }

  /** Once over, true for one caller: the one who gives the carrier back. */
  boolean claimRelease() {
    while (true) {
      long old = word;
      if ((old & OVER) == 0 || (old & RELEASED) != 0) {
        return false;
      }
      if (WORD.compareAndSet(this, old, old | RELEASED)) {
        return true;
      }
    }
  }

  void ended() {
    update(ENDED, 0);
  }

  /** For the carrier's own thread: whether it has something to do, or nothing ever again. */
  boolean isCalledOrOver() {
    return (word & (CALLED | OVER)) != 0;
  }

  /** Drainer, between two items: whether the queue is inactive, paused, cut or broken. */
  boolean isHeld() {
    return (word & (INACTIVE | PAUSES | CUT | BROKEN)) != 0;
  }

  /** Drainer, between two items: whether none of all this is so, and it need not ask further. */
  boolean isPlain() {
    return (word & (CLOSING | INACTIVE | PAUSES | CUT | BROKEN)) == 0;
  }

  boolean isDraining() {
    return (word & DRAINING) != 0;
  }

  boolean isClosing() {
    return (word & CLOSING) != 0;
  }

  boolean isBroken() {
    return (word & BROKEN) != 0;
  }

  boolean isOver() {
    return (word & OVER) != 0;
  }

  boolean isEnded() {
    return (word & ENDED) != 0;
  }

  private static boolean isDue(long word) {
    return (word & (ITEMS | TURNS)) != 0
        && (word & (CALLED | DRAINING | INACTIVE | PAUSES | CUT | BROKEN | OVER)) == 0;
  }

  /** Sets and clears bits in one step. Returns the word as it was before. */
  private long update(long set, long clear) {
    long old;
    do {
      old = word;
    } while (!move(old, (old & ~clear) | set));
    return old;
  }

  /** One step; a queue that it leaves due is called. */
  private boolean move(long old, long next) {
    return WORD.compareAndSet(this, old, isDue(next) ? next | CALLED : next);
  }

  @Override
  public String toString() {
    long now = word;
    if ((now & BROKEN) != 0) {
      return "broken";
    } else if ((now & OVER) != 0) {
      return "closed";
    } else if ((now & CLOSING) != 0) {
      return "closing";
    } else if ((now & INACTIVE) != 0) {
      return "inactive";
    }
    return (now & PAUSES) != 0 ? "paused" : (now & DRAINING) != 0 ? "draining" : "idle";
  }
}
