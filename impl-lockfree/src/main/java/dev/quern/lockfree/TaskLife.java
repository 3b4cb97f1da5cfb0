// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * What is pending of a task, and what runs: one word with a stamp that counts the pending runs. A
 * run on the thread of an uncontended dispatch touches it not at all.
 *
 * <pre>
 *   event       from                  to                      answer
 *   claim       not PENDING           stamp + 1, PENDING,     the run is the caller's to place
 *                                     not OWN_FREE
 *               PENDING               the same, written       COALESCED
 *   begin(s)    PENDING, stamp s      BEGUN, not PENDING,     the turn runs the body
 *                                     OWN_FREE if by own turn
 *               else                  no change               the turn is stale
 *   end         BEGUN                 not BEGUN
 *   remove      PENDING               not PENDING             REMOVED
 *               else                  no change               RUNNING or IDLE
 * </pre>
 *
 * <p>The word decides, turns in the chain are hints: a turn carries the stamp of the run that it
 * was placed for and does nothing unless just that run is pending. So a run taken back leaves its
 * turn behind, one claimed again gets a place at the back, and a run may have two turns.
 *
 * <p>It needs two when a dispatch coalesces into a run that is claimed but not yet placed, by a
 * thread that may sleep now: the caller places a second turn, so that a barrier after its return
 * does wait for that run (rule T7). {@code placed} says for which stamp one is in the chain.
 *
 * <p>OWN_FREE: the turn that the task keeps for itself is out of the chain and whoever claims may
 * use it. It is set only by beginning a run through that turn, and cleared by the claim, so it has
 * one user at a time. After a cancel it stays in the chain, dead, and the next claim makes another:
 * it puts that in place of the one it saw between its look and its claim. That one is not free and
 * nothing is pending, so no run will begin through it any more: it never becomes free, and nobody
 * who finds OWN_FREE finds a turn that a slow claimer has just put there.
 *
 * <p>Ordering: claim and begin are updates in volatile mode, also where a claim changes nothing, so
 * what came before a dispatch, coalesced or not, happens-before the run (rule G2). Progress:
 * lock-free.
 */
abstract class TaskLife {
  private static final long PENDING = 1;
  private static final long BEGUN = 2;
  private static final long OWN_FREE = 4;
  private static final int STAMP_SHIFT = 3;
  private static final long STAMP = 1L << STAMP_SHIFT;

  private static final VarHandle LIFE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "life", VarHandle.class, TaskLife.class, long.class);
  private static final VarHandle PLACED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "placed", VarHandle.class, TaskLife.class, long.class);
  private static final VarHandle INLINE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "inline", VarHandle.class, TaskLife.class, boolean.class);

  private volatile long life;

  @SuppressWarnings("unused") // through PLACED
  private long placed;

  @SuppressWarnings("unused") // through INLINE
  private boolean inline;

  final long look() {
    return life;
  }

  /** False if the word is no more what look returned: look again. */
  final boolean claim(long old) {
    long claimed = wasPending(old) ? old : ((old | PENDING) & ~OWN_FREE) + STAMP;
    return LIFE.compareAndSet(this, old, claimed);
  }

  /** Of the word that was claimed: whether the claim coalesced. */
  static boolean wasPending(long old) {
    return (old & PENDING) != 0;
  }

  /** Of the word that was claimed: whether the caller may use the task's own turn. */
  static boolean wasOwnFree(long old) {
    return (old & OWN_FREE) != 0;
  }

  /** Of the word that was claimed: the number of the run that is pending now. */
  static long stamp(long old) {
    return (old >>> STAMP_SHIFT) + (wasPending(old) ? 0 : 1);
  }

  /** Runner, at a turn placed for that run. */
  final boolean begin(long stamp, boolean byOwnTurn) {
    while (true) {
      long old = life;
      if (old >>> STAMP_SHIFT != stamp || (old & PENDING) == 0) {
        return false;
      }
      assert (old & BEGUN) == 0 : "two runs at once";
      long begun = (old & ~PENDING) | BEGUN | (byOwnTurn ? OWN_FREE : 0);
      if (LIFE.compareAndSet(this, old, begun)) {
        return true;
      }
    }
  }

  /** Runner, after the body. */
  final void end() {
    LIFE.getAndBitwiseAnd(this, ~BEGUN);
  }

  /** Takes the pending run away. Returns its stamp, or -1 if there was none. */
  final long remove() {
    while (true) {
      long old = life;
      if ((old & PENDING) == 0) {
        return -1;
      }
      if (LIFE.compareAndSet(this, old, old & ~PENDING)) {
        return old >>> STAMP_SHIFT;
      }
    }
  }

  /** Takes that run away, if it is pending. */
  final boolean remove(long stamp) {
    while (true) {
      long old = life;
      if ((old & PENDING) == 0 || old >>> STAMP_SHIFT != stamp) {
        return false;
      }
      if (LIFE.compareAndSet(this, old, old & ~PENDING)) {
        return true;
      }
    }
  }

  final boolean isPending() {
    return (life & PENDING) != 0;
  }

  /** Whether just that run is. */
  final boolean isPending(long stamp) {
    long now = life;
    return (now & PENDING) != 0 && now >>> STAMP_SHIFT == stamp;
  }

  final boolean isRunning() {
    return (life & BEGUN) != 0 || (boolean) INLINE.getOpaque(this);
  }

  /** After the push; pairs with {@link #isPlacedAcquire}: the turn is in the chain. */
  final void setPlacedRelease(long stamp) {
    PLACED.setRelease(this, stamp);
  }

  /** Late or overwritten by a late one, it only costs a second turn. */
  final boolean isPlacedAcquire(long stamp) {
    return (long) PLACED.getAcquire(this) == stamp;
  }

  /** Runner of an uncontended dispatch; read by who asks, and nothing hangs on when. */
  final void setInlineOpaque(boolean runs) {
    INLINE.setOpaque(this, runs);
  }
}
