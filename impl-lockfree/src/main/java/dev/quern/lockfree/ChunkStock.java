// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jspecify.annotations.Nullable;

/**
 * Pieces of vectors that are not in use, for who needs one next. They are kept in proportion to
 * those in use; so after a burst the memory is given back, and in the steady state nothing is
 * allocated. The timer thread's alone.
 */
final class ChunkStock {
  private static final int FEW = 16;

  private @Nullable WheelChunk first;
  private int kept;
  private long inUse;

  /** An empty one, on top of that vector. May fail, by want of memory: then nothing has changed. */
  WheelChunk take(int slot, @Nullable WheelChunk below) {
    WheelChunk chunk = first;
    if (chunk == null) {
      chunk = new WheelChunk();
    } else {
      first = chunk.below;
      kept--;
    }
    inUse++;
    chunk.slot = slot;
    chunk.below = below;
    return chunk;
  }

  void giveBack(WheelChunk chunk) {
    chunk.clear();
    chunk.below = first;
    first = chunk;
    kept++;
    inUse--;
  }

  long inUse() {
    return inUse;
  }

  /** No more than a few beyond those in use. */
  void trim() {
    while (kept > inUse + FEW && first != null) {
      first = first.below;
      kept--;
    }
  }
}
