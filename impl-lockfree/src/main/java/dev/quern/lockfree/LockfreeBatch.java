// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Batch;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LockfreeQueue#detach} took (rule Q8). Walked by one thread, which need not be the
 * consumer; giving it back is the consumer's call, ordered after the walk by the user.
 */
final class LockfreeBatch<E> implements Batch<E> {
  private final LockfreeQueue<E> queue;
  private @Nullable Run<E> rest;
  private volatile boolean restored;

  LockfreeBatch(LockfreeQueue<E> queue, @Nullable Run<E> rest) {
    this.queue = queue;
    this.rest = rest;
  }

  @Override
  public boolean hasNext() {
    checkMine("hasNext()");
    rest = Run.skipEmpty(rest);
    return rest != null;
  }

  @Override
  public E next() {
    checkMine("next()");
    Run<E> first = Run.skipEmpty(rest);
    rest = first;
    if (first == null) {
      throw new NoSuchElementException("the batch of " + queue.label() + " is used up");
    }
    return first.take();
  }

  boolean isOf(LockfreeQueue<?> asked) {
    return queue == asked;
  }

  /** The rest, given back once. */
  @Nullable Run<E> giveBack() {
    checkMine("restore()");
    restored = true;
    Run<E> back = rest;
    rest = null;
    return back;
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
