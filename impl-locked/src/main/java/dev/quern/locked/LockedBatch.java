// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Batch;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LockedQueue#detach} took (rule Q8). Walked by one thread, which need not be the
 * consumer; giving it back is the consumer's call, ordered after the walk by the user. Only whether
 * it was given back is looked at by any thread.
 */
final class LockedBatch<E> implements Batch<E> {
  private final LockedQueue<E> queue;
  private final ArrayDeque<E> rest;
  private volatile boolean restored;

  LockedBatch(LockedQueue<E> queue, ArrayDeque<E> rest) {
    this.queue = queue;
    this.rest = rest;
  }

  @Override
  public boolean hasNext() {
    checkMine("hasNext()");
    return !rest.isEmpty();
  }

  @Override
  public E next() {
    checkMine("next()");
    @Nullable E item = rest.poll();
    if (item == null) {
      throw new NoSuchElementException("the batch of " + queue.label() + " is used up");
    }
    return item;
  }

  boolean isOf(LockedQueue<?> asked) {
    return queue == asked;
  }

  /** The rest, given back once. The caller holds the queue's lock. */
  ArrayDeque<E> giveBack() {
    checkMine("restore()");
    restored = true;
    return rest;
  }

  @Override
  public String toString() {
    return "batch of " + queue.label() + (restored ? " (restored)" : " (detached)");
  }

  private void checkMine(String operation) {
    if (restored) {
      throw queue.misuse(operation + " of a batch that was restored");
    }
  }
}
