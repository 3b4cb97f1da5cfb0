// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a hierarchical wheel; the timer thread's alone. Time is nanoseconds since the
 * wheel's origin, cut into ticks of 2^16 ns.
 *
 * <p>A tick's number is eight digits of six bits. The wheel has a ring of 64 slots for each digit.
 * An entry lies in the ring of the highest digit in which its tick differs from the current one, in
 * the slot of that digit's value; so everything in a lower ring comes before everything in a higher
 * one, and the next slot to look at is found from one bit set a ring. When the current tick reaches
 * a slot of a higher ring, its entries are placed again, each in a lower ring: at most seven times
 * in an entry's life, and placing and taking out cost the same with any number of entries. Only
 * what one tick holds is sorted.
 *
 * <p>A slot is a vector, of pieces ({@link WheelChunk}), the first one being filled. A place in it
 * counts while its time is the entry's {@code lookAt}; any other is gone, and is dropped when its
 * turn comes. On the rings from LONG on an entry knows its place, so what is taken out is gone at
 * once. Entries that come down to a ring below are not told: they are not looked at, which would be
 * a cache miss each. If one of these is taken out its place stays until its time, within 268 ms, or
 * until more places are gone than count.
 *
 * <p>Why no place of a higher ring is ever gone: it is told to the entry when the entry comes
 * there, and when another takes its place to fill a hole. One of these has the time of the entry's
 * {@code lookAt}, and two places with one time are in one slot.
 */
final class WheelSlots {
  private static final int TICK_BITS = 16;
  private static final int DIGIT_BITS = 6;
  private static final int SLOTS = 1 << DIGIT_BITS;
  private static final int RINGS = 8;
  private static final int LONG = 2;
  private static final int FEW = 4096;
  private static final int NONE = -1;

  private final @Nullable WheelChunk[] slots = new @Nullable WheelChunk[RINGS * SLOTS];
  private final long[] occupied = new long[RINGS]; // a bit for each slot that is not null
  private final ChunkStock stock = new ChunkStock();
  private final DueEntries due = new DueEntries();
  private long tick; // no entry lies in a slot before it
  private int unfinished = NONE; // the slot in which an error has come between
  private long places;
  private long gone; // of these, those that do not count

  /** Puts it where it is found at its deadline. It is in no slot. May fail, by want of memory. */
  void place(TimerEntry entry, long deadline) {
    put(entry, deadline, true);
  }

  private void put(TimerEntry entry, long time, boolean tell) {
    long at = Math.max(tick, Math.max(0, time) >>> TICK_BITS);
    int ring = (63 - Long.numberOfLeadingZeros((at ^ tick) | 1)) / DIGIT_BITS;
    int digit = (int) (at >>> (ring * DIGIT_BITS)) & (SLOTS - 1);
    int slot = ring * SLOTS + digit;
    WheelChunk chunk = slots[slot];
    if (chunk == null || chunk.isFull()) {
      chunk = stock.take(slot, chunk);
      slots[slot] = chunk;
      occupied[ring] |= 1L << digit;
    }
    int index = chunk.add(entry, time);
    places++;
    if (tell || ring >= LONG) {
      entry.chunk = chunk;
      entry.index = index;
    }
  }

  /** Takes it out of its slot, if it is in one; {@code lookAt} says so. */
  void unlink(TimerEntry entry) {
    WheelChunk chunk = entry.chunk;
    if (chunk == null || entry.lookAt == TimerEntry.NEVER) {
      return;
    }
    entry.chunk = null;
    int index = entry.index;
    if (index < chunk.size && chunk.entries[index] == entry && chunk.times[index] == entry.lookAt) {
      remove(chunk, index);
    } else {
      gone++;
    }
  }

  /** The last one of the vector fills the hole. */
  private void remove(WheelChunk chunk, int index) {
    WheelChunk first = first(chunk.slot);
    int last = first.size - 1;
    TimerEntry moved = first.entry(last);
    long time = first.times[last];
    if (chunk != first || index != last) {
      chunk.entries[index] = moved;
      chunk.times[index] = time;
      if (moved.lookAt == time) {
        moved.chunk = chunk;
        moved.index = index;
      }
    }
    first.entries[last] = null;
    first.size = last;
    places--;
    if (last == 0) {
      dropFirst(chunk.slot);
    }
  }

  private WheelChunk first(int slot) {
    WheelChunk first = slots[slot];
    assert first != null : "an entry in an empty slot";
    return first;
  }

  private void dropFirst(int slot) {
    WheelChunk first = first(slot);
    slots[slot] = first.below;
    if (first.below == null) {
      occupied[slot / SLOTS] &= ~(1L << (slot & (SLOTS - 1)));
    }
    stock.giveBack(first);
  }

  /**
   * Moves on to the time now. Everything whose deadline may have come is taken out and handed over,
   * in the order of the deadlines; whoever gets it places it again if it is not so. After an error
   * the next call goes on where that one ended.
   */
  void advance(long now, Consumer<TimerEntry> look) {
    if (unfinished != NONE) {
      spread(unfinished);
    }
    putBack();
    if (2 * gone > places + FEW) {
      dropGone();
    }
    long end = Math.max(tick, now >>> TICK_BITS);
    for (int ring = lowest(); ring < RINGS; ring = lowest()) {
      int digit = Long.numberOfTrailingZeros(occupied[ring]);
      long start = start(ring, digit);
      if (start > end) {
        break;
      }
      tick = Math.max(tick, start);
      if (ring > 0) {
        spread(ring * SLOTS + digit);
        continue;
      }
      takeOut(digit);
      handOver(now, look);
      if (start == end) {
        break; // what was placed here again comes later within this tick
      }
    }
    tick = end;
    stock.trim();
  }

  /** What is in a slot of a higher ring comes down; by an error the rest stays. */
  private void spread(int slot) {
    unfinished = slot;
    for (WheelChunk chunk = slots[slot]; chunk != null; chunk = slots[slot]) {
      for (int last = chunk.size - 1; last >= 0; last--) {
        put(chunk.entry(last), chunk.times[last], false);
        chunk.size = last;
        places--;
      }
      dropFirst(slot);
    }
    unfinished = NONE;
  }

  private void takeOut(int slot) {
    for (WheelChunk chunk = slots[slot]; chunk != null; chunk = slots[slot]) {
      due.add(chunk); // it may fail: before they leave the slot
      places -= chunk.size;
      dropFirst(slot);
    }
  }

  /** After an error: what was not handed over has its turn with what is placed again. */
  private void putBack() {
    due.sort();
    while (!due.isEmpty()) {
      put(due.entry(), due.time(), false);
      due.drop();
    }
  }

  /** What comes later within this tick stays. */
  private void handOver(long now, Consumer<TimerEntry> look) {
    due.sort();
    while (!due.isEmpty()) {
      TimerEntry entry = due.entry();
      long time = due.time();
      if (time > now && entry.lookAt == time) {
        put(entry, time, false);
        due.drop();
      } else if (entry.lookAt == time) {
        due.drop();
        entry.chunk = null;
        look.accept(entry);
      } else {
        due.drop();
        gone--;
      }
    }
  }

  /** Only below LONG there are any. */
  private void dropGone() {
    for (int slot = 0; slot < LONG * SLOTS; slot++) {
      forEachPlace(
          slot,
          (chunk, index) -> {
            if (chunk.entry(index).lookAt != chunk.times[index]) {
              remove(chunk, index);
              gone--;
            }
          });
    }
  }

  /** A time at which, or before which, nothing has to be done; NEVER if the wheel is empty. */
  long nextLook() {
    int ring = lowest();
    if (ring == RINGS) {
      return TimerEntry.NEVER;
    }
    int digit = Long.numberOfTrailingZeros(occupied[ring]);
    return ring == 0 ? earliest(digit) : start(ring, digit) << TICK_BITS;
  }

  /** Within one tick the exact deadline counts. */
  private long earliest(int slot) {
    long earliest = TimerEntry.NEVER;
    for (WheelChunk chunk = slots[slot]; chunk != null; chunk = chunk.below) {
      for (int i = 0; i < chunk.size; i++) {
        earliest = Math.min(earliest, chunk.times[i]);
      }
    }
    return earliest;
  }

  /** Every entry, which may be taken out by the action. */
  void forEach(Consumer<TimerEntry> action) {
    for (int slot = 0; slot < slots.length; slot++) {
      forEachPlace(
          slot,
          (chunk, index) -> {
            TimerEntry entry = chunk.entry(index);
            if (entry.lookAt == chunk.times[index]) {
              action.accept(entry);
            }
          });
    }
  }

  private interface PlaceAction {
    void accept(WheelChunk chunk, int index);
  }

  /** From the last one on: what fills a hole has been seen. */
  private void forEachPlace(int slot, PlaceAction action) {
    WheelChunk chunk = slots[slot];
    while (chunk != null) {
      WheelChunk below = chunk.below;
      for (int index = chunk.size - 1; index >= 0; index--) {
        action.accept(chunk, index);
      }
      chunk = below;
    }
  }

  /** How many places there are, those that do not count included; for tests. */
  long places() {
    return places;
  }

  /** The lowest ring that holds an entry, or RINGS. */
  private int lowest() {
    int ring = 0;
    while (ring < RINGS && occupied[ring] == 0) {
      ring++;
    }
    return ring;
  }

  /** The first tick of a slot: the current tick's higher digits, this digit, zeros. */
  private long start(int ring, int digit) {
    int shift = ring * DIGIT_BITS;
    long higher = tick >>> (shift + DIGIT_BITS) << (shift + DIGIT_BITS);
    return higher | ((long) digit << shift);
  }
}
