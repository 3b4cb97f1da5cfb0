// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Family;
import dev.quern.Submission;
import dev.quern.spi.Managed;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The totals of a keyed work queue (rule R8), exact when quiet. */
final class KeyCounts {
  private final LongAdder pending = new LongAdder();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder coalesced = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();

  Submission answered(Submission answer) {
    switch (answer) {
      case QUEUED -> {
        accepted.increment();
        pending.increment();
      }
      case COALESCED -> coalesced.increment();
      case REFUSED -> refused.increment();
    }
    return answer;
  }

  /** The handler's wish has made a run pending. */
  void repeated() {
    pending.increment();
  }

  /** A pending run was taken away. */
  void removed() {
    pending.decrement();
  }

  void begun() {
    pending.decrement();
  }

  void ended(boolean well) {
    completed.increment();
    if (!well) {
      failed.increment();
    }
  }

  Managed.Counts snapshot(List<Family.Running> running) {
    return new Managed.Counts(
        Math.max(0, pending.sum()),
        running,
        accepted.sum(),
        coalesced.sum(),
        refused.sum(),
        completed.sum(),
        failed.sum());
  }
}
