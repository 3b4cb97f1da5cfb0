// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Submission;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The totals of a work queue (rule R8), exact when quiet; what runs count themselves is in Lane.
 *
 * <p>What each submission or removal counts is a quarter of its cost if it is an atomic addition.
 * So a thread has a cell of its own, found by its number, and adds to it by plain steps; the first
 * thread that comes to a place keeps it, others that would have the same share adders. A cell
 * outlives its thread: there are few, and numbers are not used again.
 */
final class WorkCounts {
  private static final int CELLS = 32;

  /** Written by one thread. */
  private static final class Cell {
    private static final VarHandle ACCEPTED =
        ConstantBootstraps.fieldVarHandle(
            lookup(), "accepted", VarHandle.class, Cell.class, long.class);
    private static final VarHandle REMOVED =
        ConstantBootstraps.fieldVarHandle(
            lookup(), "removed", VarHandle.class, Cell.class, long.class);

    final long owner;
    private volatile long accepted;
    private volatile long removed;

    Cell(long owner) {
      this.owner = owner;
    }

    /** Its owner. */
    void acceptedRelease() {
      ACCEPTED.setRelease(this, (long) ACCEPTED.get(this) + 1);
    }

    /** Its owner. */
    void removedRelease() {
      REMOVED.setRelease(this, (long) REMOVED.get(this) + 1);
    }
  }

  private final AtomicReferenceArray<@Nullable Cell> cells = new AtomicReferenceArray<>(CELLS);
  private final LongAdder accepted = new LongAdder(); // by those without a cell
  private final LongAdder removed = new LongAdder(); // likewise
  private final LongAdder coalesced = new LongAdder();
  private final LongAdder refused = new LongAdder();

  Submission answered(Submission answer) {
    switch (answer) {
      case QUEUED -> countAccepted();
      case COALESCED -> coalesced.increment();
      case REFUSED -> refused.increment();
    }
    return answer;
  }

  private void countAccepted() {
    Cell own = own();
    if (own == null) {
      accepted.increment();
    } else {
      own.acceptedRelease();
    }
  }

  void removed() {
    Cell own = own();
    if (own == null) {
      removed.increment();
    } else {
      own.removedRelease();
    }
  }

  private @Nullable Cell own() {
    long me = ThreadIds.of(Thread.currentThread());
    Cell found = cells.get((int) me & (CELLS - 1));
    if (found == null) {
      found = claim(me);
    }
    return found.owner == me ? found : null;
  }

  private Cell claim(long me) {
    Cell mine = new Cell(me);
    Cell other = cells.compareAndExchange((int) me & (CELLS - 1), null, mine);
    return other == null ? mine : other;
  }

  long accepted() {
    long sum = accepted.sum();
    for (int i = 0; i < CELLS; i++) {
      Cell cell = cells.get(i);
      sum += cell == null ? 0 : cell.accepted;
    }
    return sum;
  }

  private long allRemoved() {
    long sum = removed.sum();
    for (int i = 0; i < CELLS; i++) {
      Cell cell = cells.get(i);
      sum += cell == null ? 0 : cell.removed;
    }
    return sum;
  }

  long coalesced() {
    return coalesced.sum();
  }

  long refused() {
    return refused.sum();
  }

  /** Accepted, not removed and not begun. */
  long pending(long begun) {
    return Math.max(0, accepted() - allRemoved() - begun);
  }
}
