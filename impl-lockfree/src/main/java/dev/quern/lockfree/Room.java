// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * How many runs wait in a view or queue with a capacity, and who waits for room (rules P17, W25):
 * one word of two numbers.
 *
 * <pre>
 *   step       runs   claims   when
 *   tryClaim   +1     +1       before the step that may add a run; false if it is full
 *   settle     .      -1       after it, if it did
 *   giveBack   -1     -1       after it, if it did not; wakes
 *   enters     +1     .        a run that is never refused waits: it follows another, or came due
 *   leaves     -1     .        a run begins, or was taken back; wakes
 * </pre>
 *
 * <p>Runs counts what waits and what may be about to: so it is never too low for those who ask, and
 * no submission exceeds the capacity. It is refused only where runs without claims has reached the
 * capacity, which is when so many did wait at the instant of the look; while a claim decides
 * between the two, tryClaim looks again, until the other has made its step. A run may leave before
 * its enters is counted, so for a moment runs may be one too low, or less than nothing.
 *
 * <p>No wake-up is lost: leaves and giveBack write the word, then look at the list of waiters, who
 * push themselves, then look at the word (see {@link WaitList}). All are woken, and claim anew.
 *
 * <p>Progress: lock-free, but that a refusal waits for claims in between, spinning, then yielding.
 */
final class Room {
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(lookup(), "word", VarHandle.class, Room.class, long.class);
  private static final long CLAIM = 1L << 32;

  final WaitList waits;
  private final int capacity;
  private volatile long word;

  Room(int capacity, Parker parker) {
    this.capacity = capacity;
    this.waits = new WaitList(parker);
  }

  private static int runs(long word) {
    return (int) word;
  }

  private static int claims(long word) {
    return (int) ((word - runs(word)) >> 32);
  }

  /** For those who wait: whether it is worth a claim. */
  boolean isThere() {
    return runs(word) < capacity;
  }

  /** Whether there was room; then settle or giveBack has to follow, and nothing between throws. */
  boolean tryClaim() {
    for (int looks = 0; ; looks++) {
      long old = word;
      if (runs(old) < capacity) {
        if (WORD.compareAndSet(this, old, old + 1 + CLAIM)) {
          return true;
        }
      } else if (runs(old) - claims(old) >= capacity) {
        return false;
      } else if (looks < 64) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  void settle() {
    WORD.getAndAdd(this, -CLAIM);
  }

  void giveBack() {
    WORD.getAndAdd(this, -1 - CLAIM);
    waits.wakeAll();
  }

  void enters() {
    WORD.getAndAdd(this, 1L);
  }

  void leaves() {
    WORD.getAndAdd(this, -1L);
    waits.wakeAll();
  }

  /** How many wait, claims included; for tests. */
  int runs() {
    return runs(word);
  }
}
