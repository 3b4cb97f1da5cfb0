// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a slot's vector: entries, and beside each the time at which it is looked at. So a
 * vector grows and shrinks without being copied, and who moves entries on by their times need not
 * look at the entries, which lie anywhere in memory. The timer thread's alone.
 */
final class WheelChunk {
  static final int SIZE = 64;

  final @Nullable TimerEntry[] entries = new @Nullable TimerEntry[SIZE];
  final long[] times = new long[SIZE];
  int size;
  int slot; // in which it is
  @Nullable WheelChunk below; // the rest of the vector; or of the stock

  TimerEntry entry(int index) {
    return Objects.requireNonNull(entries[index]);
  }

  boolean isFull() {
    return size == SIZE;
  }

  /** Where it is now. */
  int add(TimerEntry entry, long time) {
    entries[size] = entry;
    times[size] = time;
    return size++;
  }

  /** Nothing that was in it stays reachable. */
  void clear() {
    Arrays.fill(entries, null);
    size = 0;
    below = null;
  }
}
