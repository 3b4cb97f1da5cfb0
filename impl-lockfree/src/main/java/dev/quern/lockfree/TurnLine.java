// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Target;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The turns that the children of a daemon queue are owed, first come, first served (rules D8 to
 * D10). Any thread adds, the drainer takes.
 *
 * <pre>
 *   add    push on the stack {@code added}; the push on an empty stack answers "signal"
 *   poll   take from {@code line}; when that is empty, take the whole stack and turn it round
 * </pre>
 *
 * <p>The stack taken whole and turned round is in the order of the pushes, and all that was taken
 * before comes first. Turns are linked through themselves: to add one costs no memory. That needs
 * each to be in here at most once, which the child sees to, whoever made it ({@link Target.Place}):
 * in this provider CALLED is set by the step that adds the turn, and cleared only once the turn was
 * taken. So a turn that was pushed comes back only after a poll, and the push's compare-and-set
 * can't mistake it for its former self: what it expects is the head that it links to, whatever that
 * was meanwhile.
 *
 * <p>The turn of a child that has ended stays where it is. When more of them than live ones may
 * have come together, who drops the next one unlinks them, under the flag {@code sweeping}; only
 * one thread does, and only links below the top are changed. The drainer that has taken the stack
 * waits for the flag before it turns the links round: both write, then read what the other writes.
 *
 * <p>Ordering: the push is a volatile-mode compare-and-set, the taking a volatile-mode exchange:
 * what came before add happens-before the turn. Progress: add is lock-free, poll wait-free but for
 * the number of turns and a sweep in progress.
 */
final class TurnLine {
  private static final VarHandle ADDED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "added", VarHandle.class, TurnLine.class, Turn.class);
  private static final VarHandle SWEEPING =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "sweeping", VarHandle.class, TurnLine.class, boolean.class);
  private static final VarHandle DEAD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "dead", VarHandle.class, TurnLine.class, int.class);

  private static final int TOLERATED = 64;

  /** A child's place. At most once in the line. */
  static final class Turn {
    /** Null once the child is gone: what is left of it in the line keeps nothing alive. */
    private volatile Target.@Nullable Child child;

    private @Nullable Turn next; // written before the push, then by the drainer

    Turn(Target.@Nullable Child child) {
      this.child = child;
    }

    /** One drain of the child, on the target's drainer. */
    void run() {
      Target.Child whose = child;
      if (whose != null) {
        whose.takeTurn();
      }
    }
  }

  private volatile @Nullable Turn added;
  private @Nullable Turn line; // the drainer's own
  private volatile boolean sweeping;

  @SuppressWarnings("UnusedVariable") // through its handle alone
  private volatile int dead; // dropped since the last sweep, in line or not

  private volatile int tolerated = TOLERATED;

  /** Any thread. True if the line was empty, as far as the drainer has not looked: signal. */
  boolean add(Turn turn) {
    Turn first;
    do {
      first = added;
      turn.next = first;
    } while (!ADDED.compareAndSet(this, first, turn));
    return first == null;
  }

  /** Any thread, once the turn's child has ended: the turn comes to nothing from now on. */
  void drop(Turn turn) {
    turn.child = null;
    if ((int) DEAD.getAndAdd(this, 1) >= tolerated && SWEEPING.compareAndSet(this, false, true)) {
      try {
        sweep();
      } finally {
        sweeping = false;
      }
    }
  }

  private void sweep() {
    dead = 0;
    int live = 0;
    for (Turn above = added; above != null; above = above.next) {
      live += above.child == null ? 0 : 1;
      Turn below = above.next;
      while (below != null && below.child == null) {
        below = below.next;
      }
      above.next = below;
    }
    tolerated = TOLERATED + live;
  }

  /** Drainer. */
  @Nullable Turn poll() {
    Turn first = line == null ? turnedRound() : line;
    if (first != null) {
      line = first.next;
      first.next = null;
    }
    return first;
  }

  /** Drainer. False also if one is on its way; whoever adds to an empty stack signals. */
  boolean isEmpty() {
    return line == null && added == null;
  }

  private @Nullable Turn turnedRound() {
    Turn turn = added == null ? null : (Turn) ADDED.getAndSet(this, null);
    while (sweeping) {
      Thread.yield();
    }
    Turn before = null;
    while (turn != null) {
      Turn after = turn.next;
      turn.next = before;
      before = turn;
      turn = after;
    }
    return before;
  }
}
