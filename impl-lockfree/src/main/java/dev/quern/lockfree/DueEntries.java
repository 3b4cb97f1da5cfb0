// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was taken out of a slot of the wheel, in the order of the deadlines; the timer thread's
 * alone.
 *
 * <p>Entries lie anywhere in memory. So each is looked at once: its time goes into a key, with the
 * number of the entry in the lower half, and the keys are sorted. The times of one tick are near
 * each other; late ones among them that are not are sorted by looking.
 */
final class DueEntries {
  private static final int FEW = 64;
  private static final int MANY = 1 << 16;
  private static final Comparator<TimerEntry> BY_TIME =
      new Comparator<>() { // no lambda: it would be the one of opening a runtime, and dear there
        @Override
        public int compare(TimerEntry a, TimerEntry b) {
          return Long.compare(a.lookAt, b.lookAt);
        }
      };

  private @Nullable TimerEntry[] entries = new @Nullable TimerEntry[FEW];
  private long[] keys = new long[FEW]; // first times, then times from the first on and numbers
  private boolean sorted;
  private int size;
  private int given;

  /** May fail, by want of memory: then nothing has changed. */
  void add(TimerEntry entry) {
    if (size == entries.length) {
      @Nullable TimerEntry[] more = Arrays.copyOf(entries, 2 * size);
      keys = Arrays.copyOf(keys, 2 * size);
      entries = more;
    }
    entries[size] = entry;
    keys[size] = entry.lookAt;
    size++;
  }

  /** By what the timer thread knows: the deadlines themselves may move meanwhile. */
  void sort() {
    if (size < 2) {
      return;
    }
    long first = TimerEntry.NEVER;
    long last = Long.MIN_VALUE;
    for (int i = 0; i < size; i++) {
      first = Math.min(first, keys[i]);
      last = Math.max(last, keys[i]);
    }
    if (last - first < 0 || last - first > Integer.MAX_VALUE) {
      Arrays.sort(entries, 0, size, BY_TIME);
      return;
    }
    for (int i = 0; i < size; i++) {
      keys[i] = (keys[i] - first) << Integer.SIZE | i;
    }
    Arrays.sort(keys, 0, size);
    sorted = true;
  }

  /** Each once, then null; after that it is empty. */
  @Nullable TimerEntry next() {
    if (given == size) {
      reset();
      return null;
    }
    int number = sorted ? (int) keys[given] : given;
    given++;
    TimerEntry next = Objects.requireNonNull(entries[number]);
    entries[number] = null;
    return next;
  }

  private void reset() {
    if (size > MANY) {
      entries = new @Nullable TimerEntry[FEW];
      keys = new long[FEW];
    }
    sorted = false;
    size = 0;
    given = 0;
  }
}
