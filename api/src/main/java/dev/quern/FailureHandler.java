// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * Hears of what user code threw, and of what stands still. Written by users; the default one logs,
 * throws at ERROR, the rest at WARNING. Rules G5, G16, G20, W18.
 */
@FunctionalInterface
public interface FailureHandler {
  /**
   * Called once for each throwable, on the thread where it was thrown, inside the primitive and
   * with no lock of ours held. May submit anywhere. What it throws itself is logged; it is never
   * called again from inside itself. Rules G5, G6, G16.
   */
  void failed(Failure failure);

  /**
   * Called once for each run and each wait that is longer than its limit, on the watchdog's thread,
   * with no lock of ours held; it does nothing unless overridden. May submit anywhere. While it
   * runs nothing else is reported as stalled, so it should not wait. What it throws is logged. Rule
   * W18.
   */
  default void stalled(Stall stall) {}

  /**
   * Called once for each set of workers that wait for what only they could run, where {@code
   * quern.wait-cycles} is on; otherwise as {@link #stalled}. Rule G20.
   */
  default void deadlocked(WaitCycle cycle) {}
}
