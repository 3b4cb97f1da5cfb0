// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What drainTo has taken out of a queue in one critical section and hands over one by one, so that
 * it does not fight the producers for the lock at each item. Until it is handed over an item counts
 * as if it were in the queue: the bound stays exact (rule Q1), and what the sink asks of the queue
 * is as it was.
 *
 * <p>Filled and put back with the queue's lock held, emptied by the drainer without it. The number
 * is volatile: whoever holds the lock adds it to what is in the queue.
 */
final class DrainBite<E> {
  private static final int MOST = 64;

  private final ArrayDeque<E> items = new ArrayDeque<>(); // the drainer's
  private volatile int size;

  /** With the lock held: fills itself from the front of the queue. False if that was empty. */
  boolean fill(ArrayDeque<E> queue, int limit) {
    int count = Math.min(Math.min(limit, MOST), queue.size());
    for (int i = 0; i < count; i++) {
      items.add(queue.remove());
    }
    size = count;
    return count > 0;
  }

  /** The drainer, when it hands the next over; null if there is none. */
  @Nullable E next() {
    E item = items.poll();
    if (item != null) {
      size = items.size();
    }
    return item;
  }

  /** With the lock held, by the drainer: what was not handed over is the queue's front again. */
  void putBack(ArrayDeque<E> queue) {
    for (E item = items.pollLast(); item != null; item = items.pollLast()) {
      queue.addFirst(item);
    }
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** With the lock held, which makes it one number with the queue's. */
  int size() {
    return size;
  }
}
