// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.UnaryOperator;

/**
 * A key while it is busy. Its state is swapped whole; the step is made even where nothing changes,
 * so that a coalesced submission is a write that the run's start reads from (G2).
 *
 * <p>An entry is made with its first pending run and is gone with the step after which nothing is
 * pending and nothing runs. Whoever made that step takes it out of the {@link KeyTable}; whoever
 * finds it there before that helps and makes a new one. So for one key
 *
 * <ul>
 *   <li>no submission is lost: the step that accepts it and the step that makes the entry gone are
 *       both steps of one state, so they have an order; after the latter nothing is accepted;
 *   <li>no run overlaps another: an entry's runs don't, by its state; and a second entry comes into
 *       the table only after the first was taken out, so after it was gone, so after its run ended.
 * </ul>
 *
 * <p>Ordering: every step is a compare-and-set in volatile mode; the steps of an entry have one
 * order and each happens-before the next. Progress: lock-free.
 */
final class KeyEntry<K> extends TimerEntry {
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "state", VarHandle.class, KeyEntry.class, KeyState.class);

  final K key;
  private final Timed<K> timed;
  private volatile KeyState state;

  /** Who is told when a deadline has come. */
  interface Timed<K> {
    void fire(KeyEntry<K> entry, long now);
  }

  KeyEntry(K key, KeyState first, Timed<K> timed) {
    this.key = key;
    this.state = first;
    this.timed = timed;
  }

  KeyState state() {
    return state;
  }

  /** One event; returns the state before. */
  KeyState step(UnaryOperator<KeyState> event) {
    while (true) {
      KeyState old = state;
      if (STATE.compareAndSet(this, old, event.apply(old))) {
        return old;
      }
    }
  }

  /** The lane that took it out of the line. False if its pending run was taken away. */
  boolean begin() {
    return step(KeyState::begun).standsInLine();
  }

  boolean isGone() {
    return state.isGone();
  }

  @Override
  long deadline() {
    return state.deadline();
  }

  @Override
  void fire(long now) {
    timed.fire(this, now);
  }
}
