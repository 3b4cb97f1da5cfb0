// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

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
 * each to be in here at most once, which the child's state word sees to: CALLED is set by the step
 * that adds the turn, and cleared only once the turn was taken. So a turn that was pushed comes
 * back only after a poll, and the push's compare-and-set can't mistake it for its former self: what
 * it expects is the head that it links to, whatever that was meanwhile.
 *
 * <p>Ordering: the push is a volatile-mode compare-and-set, the taking a volatile-mode exchange:
 * what came before add happens-before the turn. Progress: add is lock-free, poll wait-free but for
 * the number of turns.
 */
final class TurnLine {
  private static final VarHandle ADDED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "added", VarHandle.class, TurnLine.class, Turn.class);

  /** A child's place. At most once in the line. */
  static final class Turn {
    /** Null once the child is gone: what is left of it in the line keeps nothing alive. */
    private volatile @Nullable LockfreeDaemonQueue<?> child;

    private @Nullable Turn next; // written before the push, then by the drainer

    Turn(@Nullable LockfreeDaemonQueue<?> child) {
      this.child = child;
    }

    void drop() {
      child = null;
    }

    /** One drain of the child, on the target's drainer. */
    void run() {
      LockfreeDaemonQueue<?> whose = child;
      if (whose != null) {
        whose.drainOnce();
      }
    }
  }

  private volatile @Nullable Turn added;
  private @Nullable Turn line; // the drainer's own

  /** Any thread. True if the line was empty, as far as the drainer has not looked: signal. */
  boolean add(Turn turn) {
    Turn first;
    do {
      first = added;
      turn.next = first;
    } while (!ADDED.compareAndSet(this, first, turn));
    return first == null;
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
