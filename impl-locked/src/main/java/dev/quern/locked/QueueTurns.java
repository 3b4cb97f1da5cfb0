// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The children of a daemon queue, and the turns that they are owed, in the order asked for. Every
 * method is called with the target's lock held.
 *
 * <p>A turn comes after the target's items that were accepted before it, but lets no more than one
 * batch of them pass. A child that has more asks for its next turn behind its siblings, and behind
 * the items. So neither side starves the other, nor one child its siblings (D10).
 */
final class QueueTurns {
  private final Set<LockedDaemonQueue<?>> children = new LinkedHashSet<>();
  private final ArrayDeque<Turn> turns = new ArrayDeque<>();
  private boolean passed; // a batch went before the first turn

  private record Turn(LockedDaemonQueue<?> child, long itemsBefore) {}

  void register(LockedDaemonQueue<?> child) {
    children.add(child);
  }

  void unregister(LockedDaemonQueue<?> child) {
    children.remove(child);
  }

  /** At the end; {@code accepted} items of the target came before it. */
  void add(LockedDaemonQueue<?> child, long accepted) {
    assert turns.stream().noneMatch(turn -> turn.child == child) : "two turns of one child";
    turns.add(new Turn(child, accepted));
  }

  void remove(LockedDaemonQueue<?> child) {
    turns.removeIf(turn -> turn.child == child);
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** The child whose turn it is, or null for a batch of the target's own. */
  @Nullable LockedDaemonQueue<?> next(boolean itemsWait, long taken) {
    Turn first = turns.peek();
    if (first == null) {
      return null;
    }
    passed = itemsWait && !passed && first.itemsBefore > taken;
    return passed ? null : turns.remove().child;
  }

  boolean hasChildren() {
    return !children.isEmpty();
  }

  List<LockedDaemonQueue<?>> children() {
    return new ArrayList<>(children);
  }

  String names() {
    return children.stream().map(LockedDaemonQueue::name).collect(Collectors.joining(", "));
  }
}
