// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was taken out of a slot of the wheel, in the order of the times; the timer thread's alone.
 *
 * <p>Only keys are sorted: a time, as the difference from the first one, with the number of the
 * entry in the lower half; coarser where a late one is far behind the others. Those of one tick
 * differ in 16 bits: many are distributed by these, which costs a few steps each. Entries lie
 * anywhere in memory: some are read ahead of their turn, so that the misses overlap.
 */
final class DueEntries {
  private static final int FEW = 64;
  private static final int MANY = 1 << 14;
  private static final int AHEAD = 16; // a power of two
  private static final int DIGIT_BITS = 8;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private @Nullable TimerEntry[] entries = new @Nullable TimerEntry[FEW];
  private long[] times = new long[FEW];
  private long[] keys = new long[FEW];
  private long[] spare = new long[FEW];
  private final int[] starts = new int[DIGITS + 1];
  private int size;
  private int given;
  private boolean sorted;

  /** May fail, by want of memory: then nothing has changed. */
  void add(WheelChunk chunk) {
    int more = size + chunk.size;
    if (more > entries.length) {
      grow(Math.max(more, 2 * entries.length));
    }
    System.arraycopy(chunk.entries, 0, entries, size, chunk.size);
    System.arraycopy(chunk.times, 0, times, size, chunk.size);
    size = more;
  }

  private void grow(int length) {
    @Nullable TimerEntry[] newEntries = Arrays.copyOf(entries, length);
    long[] newTimes = Arrays.copyOf(times, length);
    long[] newKeys = new long[length];
    spare = new long[length];
    keys = newKeys;
    times = newTimes;
    entries = newEntries;
  }

  /** By what the timer thread knows: the deadlines themselves may move meanwhile. */
  void sort() {
    if (sorted) {
      return;
    }
    long first = TimerEntry.NEVER;
    long last = Long.MIN_VALUE;
    for (int i = 0; i < size; i++) {
      first = Math.min(first, times[i]);
      last = Math.max(last, times[i]);
    }
    int shift = Math.max(0, Integer.SIZE + 1 - Long.numberOfLeadingZeros(last - first));
    for (int i = 0; i < size; i++) {
      keys[i] = (times[i] - first) >>> shift << Integer.SIZE | i;
    }
    if (size > FEW && last - first < DIGITS * DIGITS) {
      distribute(keys, spare, Integer.SIZE);
      distribute(spare, keys, Integer.SIZE + DIGIT_BITS);
    } else {
      Arrays.sort(keys, 0, size);
    }
    sorted = true;
  }

  /** By one digit; those that have the same stay as they are. */
  private void distribute(long[] from, long[] to, int shift) {
    Arrays.fill(starts, 0);
    for (int i = 0; i < size; i++) {
      starts[digit(from[i], shift) + 1]++;
    }
    for (int digit = 0; digit < DIGITS; digit++) {
      starts[digit + 1] += starts[digit];
    }
    for (int i = 0; i < size; i++) {
      to[starts[digit(from[i], shift)]++] = from[i];
    }
  }

  private static int digit(long key, int shift) {
    return (int) (key >>> shift) & (DIGITS - 1);
  }

  /** Once it is sorted. */
  boolean isEmpty() {
    if (given == size) {
      reset();
      return true;
    }
    if ((given & (AHEAD - 1)) == 0) {
      readAhead();
    }
    return false;
  }

  /** A volatile read, so it is not left out. */
  private long readAhead() {
    long seen = 0;
    for (int i = given; i < Math.min(given + AHEAD, size); i++) {
      seen += entry(i).lookAt;
    }
    return seen;
  }

  /** The next one. */
  TimerEntry entry() {
    return entry(given);
  }

  private TimerEntry entry(int turn) {
    return Objects.requireNonNull(entries[(int) keys[turn]]);
  }

  long time() {
    return times[(int) keys[given]];
  }

  /** The next one has been seen to. */
  void drop() {
    entries[(int) keys[given]] = null;
    given++;
  }

  private void reset() {
    if (entries.length > MANY) {
      entries = new @Nullable TimerEntry[FEW];
      times = new long[FEW];
      keys = new long[FEW];
      spare = new long[FEW];
    }
    sorted = false;
    size = 0;
    given = 0;
  }
}
