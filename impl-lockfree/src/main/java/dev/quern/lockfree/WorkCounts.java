// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Submission;
import java.util.concurrent.atomic.LongAdder;

/**
 * The totals of a work queue (rule R8), exact when quiet; what runs count themselves is in Lane.
 */
final class WorkCounts {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder coalesced = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder removed = new LongAdder();

  Submission answered(Submission answer) {
    switch (answer) {
      case QUEUED -> accepted.increment();
      case COALESCED -> coalesced.increment();
      case REFUSED -> refused.increment();
    }
    return answer;
  }

  void removed() {
    removed.increment();
  }

  long accepted() {
    return accepted.sum();
  }

  long coalesced() {
    return coalesced.sum();
  }

  long refused() {
    return refused.sum();
  }

  /** Accepted, not removed and not begun. */
  long pending(long begun) {
    return Math.max(0, accepted.sum() - removed.sum() - begun);
  }
}
