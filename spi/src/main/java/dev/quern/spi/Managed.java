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

  /**
   * The runs going on, for the watchdog (rules W18, G20); asked only of work queues with a {@code
   * runLimit}, and of them and pools while waits are watched. Any thread; never waits long. The
   * time is never more than the run has taken when this returns, nor that of another run.
   */
  default List<Run> runs() {
    return List.of();
  }

  /** How many runs may go on at once, or 0 where that does not say who holds up whom (rule G20). */
  default int maxRuns() {
    return 0;
  }

  /**
   * The items that have stood in line for that long or longer, for the watchdog (rule W18); asked
   * only of what has a {@code waitLimit}. Any thread; never waits long.
   */
  default List<Wait> waits(long nanos) {
    return List.of();
  }

  /**
   * A run going on.
   *
   * @param item the item's name
   * @param thread the thread it runs on
   * @param nanos for how long so far, on the host's clock
   * @param number no other run of this primitive has it
   * @param subject the item itself
   */
  record Run(String item, Thread thread, long nanos, long number, Object subject) {}

  /**
   * An item in line.
   *
   * @param item the item's name
   * @param nanos for how long so far, on the host's clock
   * @param number no other wait of this primitive has it
   */
  record Wait(String item, long nanos, long number) {}

  /**
   * Totals since creation, and what is pending and running now.
   *
   * @param waited how many nanoseconds items stood in line, where timing is on, else 0
   * @param ran how many nanoseconds runs took, where timing is on, else 0
   */
  record Counts(
      long pending,
      List<Family.Running> running,
      long accepted,
      long coalesced,
      long refused,
      long completed,
      long failed,
      long waited,
      long ran) {
    public Counts {
      running = List.copyOf(running);
    }

    /** Of what keeps no times. */
    public Counts(
        long pending,
        List<Family.Running> running,
        long accepted,
        long coalesced,
        long refused,
        long completed,
        long failed) {
      this(pending, running, accepted, coalesced, refused, completed, failed, 0, 0);
    }
  }
}
