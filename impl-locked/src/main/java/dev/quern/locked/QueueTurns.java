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
 * <p>While both the target's own items and turns wait, they alternate: a batch, a turn. So neither
 * side starves the other, nor one child its siblings (D10).
 */
final class QueueTurns {
  private final Set<LockedDaemonQueue<?>> children = new LinkedHashSet<>();
  private final ArrayDeque<LockedDaemonQueue<?>> turns = new ArrayDeque<>();
  private boolean turnWasLast;

  void register(LockedDaemonQueue<?> child) {
    children.add(child);
  }

  void unregister(LockedDaemonQueue<?> child) {
    children.remove(child);
  }

  void add(LockedDaemonQueue<?> child) {
    assert !turns.contains(child) : "two turns of one child";
    turns.add(child);
  }

  void remove(LockedDaemonQueue<?> child) {
    turns.remove(child);
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** The child whose turn it is, or null for a batch of the target's own. */
  @Nullable LockedDaemonQueue<?> next(boolean itemsWait) {
    boolean turn = !turns.isEmpty() && !(itemsWait && turnWasLast);
    turnWasLast = turn;
    return turn ? turns.remove() : null;
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
