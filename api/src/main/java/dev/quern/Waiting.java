// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * How a drainer with a thread of its own waits for items. No wake-up is lost in any of them. Rule
 * D15.
 */
public enum Waiting {
  /** Sleeps at once: least CPU. */
  PARK,
  /** Spins for as long as that has paid lately, then sleeps: the default. */
  SPIN_THEN_PARK,
  /** Keeps looking, yielding the CPU between looks. */
  YIELD,
  /** Keeps looking: least latency, one CPU. */
  SPIN
}
