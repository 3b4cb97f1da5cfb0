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
 * in an entry's life, and placing and unlinking cost the same with any number of entries. Only what
 * one tick holds is sorted.
 *
 * <p>A bit of an occupied set may stay set for a slot that was emptied by unlinking; the slot is
 * looked at for nothing, once. A bit is never clear for a slot with an entry.
 */
final class WheelSlots {
  private static final int TICK_BITS = 16;
  private static final int DIGIT_BITS = 6;
  private static final int SLOTS = 1 << DIGIT_BITS;
  private static final int RINGS = 8;

  /** The head of a slot's list, which is circular. */
  private static final class Slot extends TimerEntry {
    Slot() {
      previous = this;
      next = this;
    }

    @Override
    long deadline() {
      return NEVER;
    }

    @Override
    void fire(long now) {
      throw new AssertionError("a slot is no timer");
    }
  }

  private final Slot[] slots = new Slot[RINGS * SLOTS];
  private final long[] occupied = new long[RINGS];
  private final DueEntries due = new DueEntries();
  private long tick; // no entry lies in a slot before it

  WheelSlots() {
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
  }

  /** Puts it where it is found at its deadline. It is in no slot. */
  void place(TimerEntry entry, long deadline) {
    long at = Math.max(tick, Math.max(0, deadline) >>> TICK_BITS);
    int ring = (63 - Long.numberOfLeadingZeros((at ^ tick) | 1)) / DIGIT_BITS;
    int digit = (int) (at >>> (ring * DIGIT_BITS)) & (SLOTS - 1);
    occupied[ring] |= 1L << digit;
    Slot slot = slots[ring * SLOTS + digit];
    TimerEntry last = linked(slot.previous);
    entry.previous = last;
    entry.next = slot;
    last.next = entry;
    slot.previous = entry;
  }

  /** Takes it out of its slot, if it is in one. */
  void unlink(TimerEntry entry) {
    TimerEntry before = entry.previous;
    TimerEntry after = entry.next;
    if (before != null && after != null) {
      before.next = after;
      after.previous = before;
      entry.previous = null;
      entry.next = null;
    }
  }

  /**
   * Moves on to the time now. Everything whose deadline may have come is taken out and handed over,
   * in the order of the deadlines; whoever gets it places it again if it is not so.
   *
   * @param again places what was taken out of a higher ring
   */
  void advance(long now, Consumer<TimerEntry> look, Consumer<TimerEntry> again) {
    long end = Math.max(tick, now >>> TICK_BITS);
    for (int ring = lowest(); ring < RINGS; ring = lowest()) {
      int digit = Long.numberOfTrailingZeros(occupied[ring]);
      long start = start(ring, digit);
      if (start > end) {
        break;
      }
      tick = Math.max(tick, start);
      handOver(ring, digit, ring == 0 ? look : again);
      if (ring == 0 && start == end) {
        break; // what was placed here again comes later within this tick
      }
    }
    tick = end;
  }

  /** By an error, what was not handed over is placed again, as what was not taken out stays. */
  private void handOver(int ring, int digit, Consumer<TimerEntry> taker) {
    try {
      takeOut(slots[ring * SLOTS + digit]);
      occupied[ring] &= ~(1L << digit);
      if (ring == 0) {
        due.sort();
      }
      for (TimerEntry next = due.next(); next != null; next = due.next()) {
        taker.accept(next);
      }
    } finally {
      for (TimerEntry left = due.next(); left != null; left = due.next()) {
        place(left, left.lookAt);
      }
    }
  }

  private void takeOut(Slot slot) {
    for (TimerEntry entry = linked(slot.next); entry != slot; entry = linked(slot.next)) {
      due.add(entry); // it may fail: before the entry leaves the slot
      unlink(entry);
    }
  }

  /** A time at which, or before which, nothing has to be done; NEVER if the wheel is empty. */
  long nextLook() {
    for (int ring = 0; ring < RINGS; ring++) {
      while (occupied[ring] != 0) {
        int digit = Long.numberOfTrailingZeros(occupied[ring]);
        Slot slot = slots[ring * SLOTS + digit];
        if (slot.next == slot) {
          occupied[ring] &= ~(1L << digit);
        } else {
          return ring == 0 ? earliest(slot) : start(ring, digit) << TICK_BITS;
        }
      }
    }
    return TimerEntry.NEVER;
  }

  /** Within one tick the exact deadline counts. */
  private static long earliest(Slot slot) {
    long earliest = TimerEntry.NEVER;
    for (TimerEntry entry = linked(slot.next); entry != slot; entry = linked(entry.next)) {
      earliest = Math.min(earliest, entry.lookAt);
    }
    return earliest;
  }

  /** Every entry, which may be unlinked by the action. */
  void forEach(Consumer<TimerEntry> action) {
    for (Slot slot : slots) {
      TimerEntry entry = linked(slot.next);
      while (entry != slot) {
        TimerEntry after = linked(entry.next);
        action.accept(entry);
        entry = after;
      }
    }
  }

  /** The lowest ring that may hold an entry, or RINGS. */
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

  private static TimerEntry linked(@Nullable TimerEntry entry) {
    assert entry != null : "not in a slot";
    return entry;
  }
}
