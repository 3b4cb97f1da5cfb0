// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for an append that has its place and no item yet (rule Q6): two instructions, but its
 * thread may have lost the processor in between. Spins briefly, yields, then parks in steps; nobody
 * wakes it. An interrupt is kept for later.
 */
final class SlowAppends {
  private static final int SPINS = 64;
  private static final int YIELDS = 16;
  private static final long FIRST_STEP = TimeUnit.MICROSECONDS.toNanos(20);
  private static final long LONGEST_STEP = TimeUnit.MILLISECONDS.toNanos(1);

  private final Parker parker;
  private volatile boolean broken;

  SlowAppends(Parker parker) {
    this.parker = parker;
  }

  /** An append failed half-way (rule G17): what is missing from now on may never come. */
  void giveUp() {
    broken = true;
  }

  /** The item at that position. Null only where it was given up. */
  @Nullable Object await(Chunk chunk, long position) {
    Object item = chunk.getAcquire(position);
    return item != null ? item : awaitSlow(chunk, position);
  }

  /** The same, and takes it out of its slot. */
  @Nullable Object take(Chunk chunk, long position) {
    Object item = chunk.takeAcquire(position);
    if (item == null) {
      item = awaitSlow(chunk, position);
      if (item != null) {
        chunk.clear(position);
      }
    }
    return item;
  }

  private @Nullable Object awaitSlow(Chunk chunk, long position) {
    boolean interrupted = false;
    Object item = null;
    for (int look = 0; item == null; look++) {
      if (look < SPINS) {
        Thread.onSpinWait();
      } else if (look < SPINS + YIELDS) {
        Thread.yield();
      } else {
        if (broken) {
          break;
        }
        interrupted |= Thread.interrupted(); // with the flag set no park would last
        int doubled = Math.min(look - SPINS - YIELDS, 6);
        parker.parkNanos(this, Math.min(FIRST_STEP << doubled, LONGEST_STEP));
      }
      item = chunk.getAcquire(position);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return item;
  }
}
