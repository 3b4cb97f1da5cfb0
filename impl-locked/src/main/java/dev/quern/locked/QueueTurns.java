// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Target;
import java.util.ArrayDeque;
import java.util.HashSet;
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
  private final Set<QueuePlace> children = new LinkedHashSet<>();

  /** Of the children, those that are over: they ask for a turn in vain. */
  private final Set<QueuePlace> over = new HashSet<>();

  private final ArrayDeque<Turn> turns = new ArrayDeque<>();
  private boolean passed; // a batch went before the first turn

  private record Turn(QueuePlace place, long itemsBefore) {}

  void register(QueuePlace place) {
    children.add(place);
  }

  void unregister(QueuePlace place) {
    children.remove(place);
    over.remove(place);
  }

  /** At the end; {@code accepted} items of the target came before it. */
  void add(QueuePlace place, long accepted) {
    if (children.contains(place) && !over.contains(place)) {
      assert turns.stream().noneMatch(turn -> turn.place == place) : "two turns of one child";
      turns.add(new Turn(place, accepted));
    }
  }

  /** The child is over. */
  void remove(QueuePlace place) {
    if (children.contains(place)) {
      over.add(place);
    }
    turns.removeIf(turn -> turn.place == place);
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** The child whose turn it is, or null for a batch of the target's own. */
  Target.@Nullable Child next(boolean itemsWait, long taken) {
    Turn first = turns.peek();
    if (first == null) {
      return null;
    }
    passed = itemsWait && !passed && first.itemsBefore > taken;
    return passed ? null : turns.remove().place.child();
  }

  boolean hasChildren() {
    return !children.isEmpty();
  }

  List<Target.Child> children() {
    return children.stream().map(QueuePlace::child).toList();
  }

  String names() {
    return children().stream().map(Target.Child::name).collect(Collectors.joining(", "));
  }
}
