// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one worker took out of the line and has not begun: a small ring that only its owner fills,
 * and from the front of which any worker takes (rule P3).
 *
 * <pre>
 *   word   next (32 bits), end (32 bits): the positions from next to end are filled
 *   add    owner: slot[end'] = node, if that slot is empty; publish: word = (next, end')
 *   take   any: node = slot[next]; CAS word (next, end) -> (next + 1, end); then slot[next] = null
 * </pre>
 *
 * <p>A taker that is slow to empty its slot keeps the owner from filling that one, so what it
 * empties is always what it took. The owner adds only while the run is empty, so nobody changes the
 * word beside it. Positions count up and wrap after 2^32; a taker would have to sleep through as
 * many.
 *
 * <p>Ordering: publish is a volatile store, so the owner's next look at the idle workers comes
 * after it. Progress: add is wait-free, take is lock-free.
 */
final class StealableRun {
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, StealableRun.class, long.class);

  private final AtomicReferenceArray<@Nullable LineNode> slots;
  private final int mask;
  private volatile long word;
  private int added; // of the owner: the end that publish will write

  /** Room for {@code size}; at least one. */
  StealableRun(int size) {
    int length = Integer.highestOneBit(Math.max(1, 2 * size - 1));
    this.slots = new AtomicReferenceArray<>(length);
    this.mask = length - 1;
  }

  private static int next(long word) {
    return (int) (word >>> 32);
  }

  private static int end(long word) {
    return (int) word;
  }

  private static long pack(int next, int end) {
    return (long) next << 32 | end & 0xffff_ffffL;
  }

  boolean isEmpty() {
    long now = word;
    return next(now) == end(now);
  }

  /** Owner, while the run is empty: whether one more can be added. */
  boolean hasRoom() {
    return added - end(word) <= mask && slots.get(added & mask) == null;
  }

  /** Owner, after it found room. */
  void add(LineNode node) {
    slots.setPlain(added & mask, node); // published by the word
    added++;
  }

  /** Owner: lets others take what was added. */
  void publish() {
    long now = word;
    if (added != end(now)) {
      assert next(now) == end(now) : "filled while not empty";
      word = pack(next(now), added);
    }
  }

  /** Any worker. Null only if the run was empty at some instant of the call. */
  @Nullable LineNode take() {
    while (true) {
      long now = word;
      int next = next(now);
      if (next == end(now)) {
        return null;
      }
      LineNode node = slots.get(next & mask);
      if (WORD.compareAndSet(this, now, pack(next + 1, end(now)))) {
        slots.setRelease(next & mask, null); // pairs with the owner's look in add
        return node;
      }
    }
  }

  /** A snapshot, for those who inspect. */
  void forEach(Consumer<LineNode> each) {
    long now = word;
    for (int i = next(now); i != end(now); i++) {
      LineNode node = slots.get(i & mask);
      if (node != null && word == now) {
        each.accept(node);
      }
    }
  }
}
