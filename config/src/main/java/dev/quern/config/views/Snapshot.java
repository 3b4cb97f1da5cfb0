// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import java.util.BitSet;
import java.util.List;

/**
 * What was queued at one instant.
 *
 * <p>To find an item again: what left at the front since is known by count; of the others those
 * that are still there stand in the old order. One object may be queued several times, so the order
 * decides which of them an item is; where it cannot, they are alike.
 */
final class Snapshot<E> {
  final List<E> items;
  private final long takenBefore;
  private final BitSet gone = new BitSet(); // those that were taken out by way of this snapshot

  Snapshot(List<E> items, long takenBefore) {
    this.items = items;
    this.takenBefore = takenBefore;
  }

  /**
   * Where those items are now; without those that have gone. They count as gone from here on.
   *
   * @param taken how many left at the front since the queue was made
   */
  BitSet findAgain(BitSet places, List<E> now, long taken) {
    BitSet found = new BitSet();
    long leftInFront = taken - takenBefore;
    int at = 0;
    for (int i = 0; i < items.size() && at < now.size(); i++) {
      if (gone.get(i)) {
        continue;
      }
      if (leftInFront > 0) {
        leftInFront--;
      } else if (now.get(at) == items.get(i)) {
        if (places.get(i)) {
          found.set(at);
        }
        at++;
      }
    }
    gone.or(places);
    return found;
  }
}
