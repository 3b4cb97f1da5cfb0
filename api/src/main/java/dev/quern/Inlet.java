// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

/**
 * The side of a {@link Queue} or {@link DaemonQueue} where items go in. Any number of threads may
 * use it at once. The call decides what happens when there is no room: {@code offer} refuses,
 * {@code put} waits, {@code add} throws. Implemented by providers only.
 *
 * <p>Items come out first in, first out, each exactly once, and are not touched on the way (rules
 * Q3, Q4). What a thread did before it handed an item over is visible to whoever takes it (rule
 * G2).
 *
 * @param <E> the items; null is not one
 */
public interface Inlet<E> extends Primitive {
  /**
   * How many items are in the queue: exact when quiet, otherwise within what was accepted and taken
   * meanwhile; never negative. Detached items don't count. Never waits. Rule Q13.
   */
  int size();

  /** Whether the queue was empty at some instant of the call. Never waits. Rule Q13. */
  boolean isEmpty();

  /**
   * How many items it may hold, exactly; {@link Integer#MAX_VALUE} when unbounded. Never waits.
   * Rules Q1, Q13.
   */
  int capacity();

  /**
   * Hands over an item. Never waits.
   *
   * @throws IllegalStateException if the queue was full (no misuse). Rule Q12.
   */
  void add(E item);

  /**
   * Hands over an item if there is room; an unbounded queue always has. Never waits.
   *
   * @return false exactly when the queue was full at some instant of the call. Rules Q1, Q2.
   */
  boolean offer(E item);

  /**
   * Hands over an item, waiting for room no longer than the limit. Needs a queue made with {@code
   * producersWait}, else misuse; on an unbounded queue it accepts at once.
   *
   * @return false when the limit passed and nothing was done
   * @throws InterruptedException if interrupted while waiting; nothing was done
   * @throws MisuseException if this would wait for room that only the caller itself could make.
   *     Rules Q12, D12, G4, G6.
   */
  boolean offer(E item, Duration limit) throws InterruptedException;

  /**
   * Hands over an item, waiting for room. Needs a queue made with {@code producersWait}, else
   * misuse; on an unbounded queue it accepts at once. A close lets it go with {@link
   * ClosedException}: its item was not accepted.
   *
   * @throws InterruptedException if interrupted while waiting; nothing was done
   * @throws MisuseException if this would wait for room that only the caller itself could make.
   *     Rules Q12, Q16, D12, G6.
   */
  void put(E item) throws InterruptedException;

  /**
   * Hands over a list, contiguously, all or nothing. Never waits. An empty list is accepted; one
   * longer than the capacity is an {@link IllegalArgumentException}.
   *
   * @return false exactly when too little room was free at some instant of the call. Rule Q10.
   */
  boolean offerAll(List<? extends E> items);
}
