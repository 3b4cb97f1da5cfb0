// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.time.Duration;
import java.util.Objects;

/** Delays as nanoseconds (rule G18): none that is negative, none above a century. */
final class Delays {
  /** What rule G18 makes of a longer delay. */
  static final Duration CENTURY = Duration.ofDays(36_525);

  private static final long CENTURY_NANOS = CENTURY.toNanos();

  private Delays() {}

  /** A delay: none if it is negative, a century if it is longer. */
  static long delay(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (delay.isNegative()) {
      return 0;
    }
    return delay.compareTo(CENTURY) > 0 ? CENTURY_NANOS : delay.toNanos();
  }

  /** The delay from now to a time on the same scale, by the same rule. */
  static long delay(long now, long nanoTime) {
    return Math.max(0, Math.min(nanoTime - now, CENTURY_NANOS));
  }
}
