// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Items that were detached: a stretch of positions, and the run behind it. Belongs to one thread at
 * a time: whoever walks the batch, or after restore the consumer.
 *
 * <p>Its chunks are its own, cut off from the buffer's; but some of their items may be slow in
 * coming. Their number is known all the same.
 */
final class Run<E> {
  private final SlowAppends slow;
  private Chunk chunk;
  private long from;
  private final long to;
  private @Nullable Run<E> rest;

  Run(SlowAppends slow, Chunk chunk, long from, long to) {
    this.slow = slow;
    this.chunk = chunk;
    this.from = from;
    this.to = to;
  }

  /** One of these items, which are not none. */
  static <E> Run<E> of(List<E> items, SlowAppends slow) {
    int count = items.size();
    Chunk chunk = Chunk.alone(0, Math.max(1, Integer.highestOneBit(2 * count - 1)));
    Run<E> run = new Run<>(slow, chunk, 0, count);
    put(chunk, 0, items);
    return run;
  }

  /** Both, one after the other. */
  static <E> @Nullable Run<E> join(@Nullable Run<E> first, @Nullable Run<E> second) {
    if (first == null) {
      return second;
    }
    Run<E> last = first;
    for (Run<E> each = last.rest; each != null; each = each.rest) {
      last = each;
    }
    last.rest = second;
    return first;
  }

  /** From the first run on that has items; null if none has. */
  static <E> @Nullable Run<E> skipEmpty(@Nullable Run<E> run) {
    Run<E> each = run;
    while (each != null && each.from == each.to) {
      each = each.rest;
    }
    return each;
  }

  static long count(@Nullable Run<?> run) {
    long count = 0;
    for (Run<?> each = run; each != null; each = each.rest) {
      count += each.to - each.from;
    }
    return count;
  }

  @Nullable Run<E> rest() {
    return rest;
  }

  /** Adds the items of this run to the list, and leaves them there. */
  @SuppressWarnings("unchecked") // only append puts items in
  void copyTo(List<E> all) {
    Chunk each = chunk;
    for (long i = from; i != to; i++) {
      if (i != from && each.isBorder(i)) {
        each = each.next();
      }
      Object item = slow.await(each, i);
      if (item != null) { // else an append that broke
        all.add((E) item);
      }
    }
  }

  /** Puts items into the slots from that one on, which are the caller's alone. */
  static void put(Chunk first, long from, List<?> items) {
    Chunk chunk = first;
    for (int i = 0; i < items.size(); i++) {
      if (i > 0 && chunk.isBorder(from + i)) {
        chunk = chunk.next();
      }
      chunk.setRelease(from + i, items.get(i));
    }
  }

  /** The first item of this run, left there. Null where an append broke. */
  @SuppressWarnings("unchecked") // only append puts items in
  @Nullable E peek() {
    if (from == to) {
      throw new NoSuchElementException();
    }
    return (E) slow.await(chunk, from);
  }

  /** Takes the first item of this run. */
  E take() {
    E item = Objects.requireNonNull(peek(), "an append that broke");
    chunk.clear(from);
    from++;
    if (from != to && chunk.isBorder(from)) {
      chunk = chunk.next();
      chunk.forgetPrevious(); // else a long walk keeps all it has passed
    }
    return item;
  }
}
