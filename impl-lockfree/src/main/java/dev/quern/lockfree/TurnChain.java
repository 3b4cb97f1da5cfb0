// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The turns that wait for a context's owner: any thread pushes on top, the owner takes them all and
 * turns them round.
 *
 * <pre>
 *   top       push           takeAll             seal
 *   null      the turn       null                SEALED, by the owner of a closing context
 *   a turn    over it        null; all of them   not yet
 *   SEALED    refused        null                SEALED
 * </pre>
 *
 * <p>Invariant: the turns below top are linked by next and end with null. A push is one step, so
 * there is no half-done append that the owner would have to wait for; and an append that races with
 * the seal is in front of it or refused, never both (rule G11).
 *
 * <p>A turn taken back stays where it is, and lets go of what it held. When more of them than live
 * ones have come together, who takes back the next one drops them, under the flag {@code sweeping};
 * only one thread does, and only links below top are changed. The owner that has taken the chain
 * waits for the flag before it turns the links round: both write, then read what the other writes.
 *
 * <p>Ordering: a push happens-before the taking. Progress: push is lock-free, takeAll wait-free but
 * for a sweep in progress, which holds up the owner and no pusher.
 */
final class TurnChain {
  private static final int TOLERATED = 64;

  private static final Turn SEALED = new OnceTurn(() -> {});

  private static final VarHandle TOP =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "top", VarHandle.class, TurnChain.class, Turn.class);
  private static final VarHandle SWEEPING =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "sweeping", VarHandle.class, TurnChain.class, boolean.class);
  private static final VarHandle DEAD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "dead", VarHandle.class, TurnChain.class, int.class);

  private volatile @Nullable Turn top;
  private volatile boolean sweeping;

  @SuppressWarnings("UnusedVariable") // through its handle alone
  private volatile int dead; // taken back since the last sweep, or more

  private volatile int tolerated = TOLERATED;
  private volatile long taken; // turns that count; written by the owner

  /** Any thread. False if it is sealed. */
  boolean push(Turn turn) {
    int own = turn.counts() ? 1 : 0;
    while (true) {
      Turn below = top;
      if (below == SEALED) {
        return false;
      }
      turn.next = below;
      turn.depth = own + (below == null ? 0 : below.depth);
      if (TOP.compareAndSet(this, below, turn)) {
        return true;
      }
    }
  }

  /** Owner: all that are there, the oldest first, or null. */
  @Nullable Turn takeAll() {
    Turn newest = top;
    return newest == null || newest == SEALED ? null : take(null);
  }

  /** Owner: as takeAll, and nothing more comes in. */
  @Nullable Turn sealAndTake() {
    return top == SEALED ? null : take(SEALED);
  }

  private @Nullable Turn take(@Nullable Turn leave) {
    Turn newest = (Turn) TOP.getAndSet(this, leave);
    while (sweeping) {
      Thread.yield();
    }
    taken = taken + (newest == null ? 0 : newest.depth);
    Turn oldest = null;
    for (Turn turn = newest; turn != null; ) {
      Turn below = turn.next;
      turn.next = oldest;
      oldest = turn;
      turn = below;
    }
    return oldest;
  }

  /** Owner: nothing more comes in. False if something is there. */
  boolean seal() {
    return TOP.compareAndSet(this, null, SEALED) || top == SEALED;
  }

  /** On top; null also once it is sealed. */
  @Nullable Turn newest() {
    Turn newest = top;
    return newest == SEALED ? null : newest;
  }

  /** How many turns that count were ever pushed; exact when quiet. */
  long accepted() {
    Turn newest = top;
    return taken + (newest == null ? 0 : newest.depth);
  }

  /** Any thread, that has just taken back a turn: drops the dead ones if they are too many. */
  void died() {
    if ((int) DEAD.getAndAdd(this, 1) >= tolerated) {
      trySweep(live -> {});
    }
  }

  /** Shows the live turns, newest first. */
  void forEach(Consumer<Turn> each) {
    while (!trySweep(each)) {
      Thread.yield();
    }
  }

  /** False if somebody else sweeps. */
  private boolean trySweep(Consumer<Turn> each) {
    if (sweeping || !SWEEPING.compareAndSet(this, false, true)) {
      return false;
    }
    try {
      dead = 0;
      int live = 0;
      Turn above = top;
      while (above != null && above != SEALED) {
        if (!above.isDead()) {
          live++;
          each.accept(above);
        }
        Turn below = above.next;
        while (below != null && below.isDead()) {
          below = below.next;
        }
        above.next = below;
        above = below;
      }
      tolerated = TOLERATED + live;
      return true;
    } finally {
      sweeping = false;
    }
  }
}
