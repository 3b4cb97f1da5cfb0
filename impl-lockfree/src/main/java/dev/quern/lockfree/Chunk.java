// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Slots for items, one for each position; a power of two of them. A ring is a chunk that follows
 * itself.
 *
 * <p>A slot goes from null to an item, by the producer that has its position, and back to null, by
 * whoever takes it. The link to the next chunk goes from null to a chunk, by any producer, and for
 * good to {@link #RETIRED} when the chunk has left the buffer: then who comes by it begins again,
 * and no dead chunk leads to a live one.
 */
final class Chunk {
  static final Chunk RETIRED = new Chunk(0, 1, null);

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "next", VarHandle.class, Chunk.class, Chunk.class);

  /** The position of the first slot, where the chunk is one of a list. */
  final long base;

  private final @Nullable Object[] slots;
  private volatile @Nullable Chunk next;
  private @Nullable Chunk previous; // consumer, once linked; null in the first; then who walks

  private Chunk(long base, int length, @Nullable Chunk previous) {
    this.base = base;
    this.slots = new Object[length];
    this.previous = previous;
  }

  static Chunk alone(long base, int length) {
    return new Chunk(base, length, null);
  }

  static Chunk ring(int length) {
    Chunk ring = alone(0, length);
    ring.next = ring;
    return ring;
  }

  int length() {
    return slots.length;
  }

  /** Whether the chunk ends in front of that position. */
  boolean isBorder(long position) {
    return index(position) == 0;
  }

  /** Pairs with getAcquire: what the producer did before is seen by whoever takes the item. */
  void setRelease(long position, Object item) {
    SLOT.setRelease(slots, index(position), item);
  }

  /**
   * As setRelease, for the items from that one on, up to the chunk's end; returns how many. One
   * fence in front of one copy: G1 pays for a stretch of slots, not for each of them.
   */
  int fillRelease(long position, Object[] items, int from) {
    int index = index(position);
    int count = Math.min(items.length - from, slots.length - index);
    VarHandle.releaseFence();
    System.arraycopy(items, from, slots, index, count);
    return count;
  }

  /** Null while the producer that has the position is slow. */
  @Nullable Object getAcquire(long position) {
    return SLOT.getAcquire(slots, index(position));
  }

  /** As getAcquire; and if there is an item its slot is empty then, as by {@link #clear}. */
  @Nullable Object takeAcquire(long position) {
    @Nullable Object[] own = slots; // in a local: else it is read again after the acquire
    int index = (int) position & (own.length - 1);
    Object item = SLOT.getAcquire(own, index);
    if (item != null) {
      own[index] = null;
    }
    return item;
  }

  /** Whoever takes the item; plain, the publication of taken orders it before the next use. */
  void clear(long position) {
    slots[index(position)] = null;
  }

  /** The next chunk: exists where an append has a position in it. */
  Chunk next() {
    Chunk linked = next;
    assert linked != null && linked != RETIRED : "a chunk that nobody reserved";
    return linked;
  }

  /** The next chunk, made if there is none; RETIRED when this one has left. */
  Chunk nextOrNew() {
    Chunk linked = next;
    if (linked != null) {
      return linked;
    }
    Chunk made = new Chunk(base + slots.length, slots.length, this);
    Chunk winner = (Chunk) NEXT.compareAndExchange(this, null, made);
    return winner == null ? made : winner;
  }

  Chunk previous() {
    Chunk linked = previous;
    assert linked != null : "nothing before the first chunk";
    return linked;
  }

  /** Who walks detached chunks. */
  void forgetPrevious() {
    previous = null;
  }

  /** Consumer: this is the first now. Those before must not be needed by a producer any more. */
  void becomeFirst() {
    Chunk last = previous;
    previous = null;
    if (last != null) {
      last.next = RETIRED;
    }
  }

  private int index(long position) {
    return (int) position & (slots.length - 1);
  }
}
