// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Family;
import java.util.List;

/** What the runtime asks of every primitive that a provider makes, beside its public face. */
public interface Managed {
  /**
   * Whether the calling thread is inside this primitive, or inside an exclusive executor that its
   * runs need (rule G6): a wait for it from here could only end by itself. Any thread; never waits
   * long.
   */
  boolean holdsCaller();

  /** A snapshot for {@code inspect()} (rule R8). Any thread. */
  Counts counts();

  /**
   * Interrupts, once, each thread that runs code of this primitive now; called after a close ran
   * out of time (R7).
   */
  void interruptRuns();

  /** Totals since creation, and what is pending and running now. */
  record Counts(
      long pending,
      List<Family.Running> running,
      long accepted,
      long coalesced,
      long refused,
      long completed,
      long failed) {
    public Counts {
      running = List.copyOf(running);
    }
  }
}
