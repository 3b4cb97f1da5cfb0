// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the items' states: whether the queue takes submissions at all. One word, zero
 * where it counts while nothing is wrong.
 *
 * <pre>
 *   bits     set by          cleared by          while set
 *   CLOSING  close           never               submissions throw, those of running items are refused
 *   CLEARING a closer        never               he, or the timer thread for him, seals the line
 *   CLEARED  the same        never               what was delayed is removed, the line is sealed
 *   BROKEN   breakWith       never               submissions throw
 *   drains   +1: beginDrain  -1: withdraw;       submissions are refused, but those of running items
 *                            0: endDrains
 *   instants +1: endDrains   never               how often one instant ended all drains
 * </pre>
 *
 * <p>A drain ends for all who drain at one quiet instant that came after the last of them began:
 * the word is read before the look for quiet, and must be the same at the step.
 */
final class WorkGate {
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, WorkGate.class, long.class);

  private static final long CLOSING = 1;
  private static final long CLEARED = 2;
  private static final long BROKEN = 4;
  private static final long CLEARING = 8;
  private static final long DRAIN = 1 << 8;
  private static final long DRAINS = 0xFFFFFFL << 8;
  private static final long INSTANT = 1L << 32;
  private static final long SHUT = CLOSING | BROKEN | DRAINS;

  private volatile long word;
  private volatile @Nullable Throwable cause;

  /** One read: whether every submission may go on to the item's state. */
  boolean isOpen() {
    return (word & SHUT) == 0;
  }

  /** Whether a submission from outside, or inside, an item is refused or throws. */
  boolean refusesAll(boolean outside) {
    return outside ? !isOpen() : isShut();
  }

  /** For good: nothing delayed will run any more. */
  boolean isShut() {
    return (word & (CLOSING | BROKEN)) != 0;
  }

  boolean isClosing() {
    return (word & CLOSING) != 0;
  }

  boolean isCleared() {
    return (word & CLEARED) != 0;
  }

  boolean isBroken() {
    return (word & BROKEN) != 0;
  }

  boolean isDraining() {
    return (word & DRAINS) != 0;
  }

  @Nullable Throwable cause() {
    return cause;
  }

  /** True for the one who has to have the delayed items removed. */
  boolean beginClose() {
    return (set(CLOSING) & CLOSING) == 0;
  }

  /** After that. True for the one who has to seal. */
  boolean beginClear() {
    return (set(CLEARING) & CLEARING) == 0;
  }

  void cleared() {
    set(CLEARED);
  }

  /** True for the first. */
  boolean breakWith(Throwable error) {
    if (cause == null) {
      cause = error; // of two at once either will do
    }
    return (set(BROKEN) & BROKEN) == 0;
  }

  private long set(long bit) {
    return (long) WORD.getAndBitwiseOr(this, bit);
  }

  /** Begins a drain; it is over when {@link #isDrained} says so of what is returned. */
  long beginDrain() {
    return (long) WORD.getAndAdd(this, DRAIN) & -INSTANT;
  }

  boolean isDrained(long drain) {
    return (word & -INSTANT) != drain;
  }

  /** Its caller gave up; false if an instant has ended it before. */
  boolean withdraw(long drain) {
    while (true) {
      long old = word;
      if ((old & -INSTANT) != drain) {
        return false;
      }
      if (WORD.compareAndSet(this, old, old - DRAIN)) {
        return true;
      }
    }
  }

  /** For {@link #endDrains}: read before the look. */
  long look() {
    return word;
  }

  /** It was quiet after that look. False if the word has changed since. */
  boolean endDrains(long look) {
    return WORD.compareAndSet(this, look, (look & ~DRAINS) + INSTANT);
  }
}
