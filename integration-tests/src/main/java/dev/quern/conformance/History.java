// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What producers put into a queue and what came out of it, checked afterwards: each accepted item
 * came out exactly once, no other did, and where one call ended before another began, its item came
 * out first (rules Q3, Q4). That includes the order of one producer's items.
 *
 * <p>Usage: {@code begin} before the call that appends, {@code accepted} after it if it accepted;
 * {@code taken} by the consumer; {@code check} when all threads have ended.
 */
final class History {
  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final List<Item> taken = new ArrayList<>();

  /** One item. Its fields are plain on purpose: the queue has to carry them over (rule G2). */
  static final class Item {
    final long begin;
    long end;
    boolean accepted;
    int times;

    private Item(long begin) {
      this.begin = begin;
    }

    @Override
    public String toString() {
      return "item[" + begin + ".." + (accepted ? String.valueOf(end) : "refused") + "]";
    }
  }

  Item begin() {
    begun.incrementAndGet();
    return new Item(clock.incrementAndGet());
  }

  void accepted(Item item) {
    item.end = clock.incrementAndGet();
    item.accepted = true;
    accepted.incrementAndGet();
  }

  void refused() {
    begun.decrementAndGet();
  }

  /** By the consumer alone. */
  void taken(Item item) {
    taken.add(item);
  }

  /** How many are known to be in or to have been: calls that ended and accepted. */
  long ended() {
    return accepted.get();
  }

  /** How many may be in or have been: those, and the calls going on. */
  long started() {
    return begun.get();
  }

  /** How many came out, by the consumer's own count. */
  int takenCount() {
    return taken.size();
  }

  void check() {
    check(taken);
  }

  /** Checks another list in place of what {@code taken} was told. */
  void check(List<Item> out) {
    long latestBegin = 0;
    Item latest = null;
    for (Item item : out) {
      if (!item.accepted) {
        throw new AssertionError("came out, but its producer was told that it was not accepted");
      }
      if (++item.times > 1) {
        throw new AssertionError(item + " came out twice");
      }
      if (item.end < latestBegin) {
        throw new AssertionError(
            item + " was in before " + latest + " began, and came out behind it");
      }
      if (item.begin > latestBegin) {
        latestBegin = item.begin;
        latest = item;
      }
    }
    if (out.size() != accepted.get()) {
      throw new AssertionError(accepted.get() + " were accepted, " + out.size() + " came out");
    }
  }
}
