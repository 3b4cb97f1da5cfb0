// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.KeyedWorkQueueSpec;
import java.time.Duration;

/** How long a key waits for a retry, and when it is given up (rule W17). */
final class KeyBackOff {
  /** What rule G18 makes of a longer delay. */
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private final long first;
  private final long longest;
  private final int maxRetries;

  KeyBackOff(KeyedWorkQueueSpec spec) {
    this.longest = nanos(spec.maxRetryDelay().orElse(CENTURY));
    this.first = Math.min(nanos(spec.firstRetry().orElseThrow()), longest);
    this.maxRetries = spec.maxRetries().orElse(Integer.MAX_VALUE);
  }

  /** None if it is negative, a century if it is longer (rule G18). */
  static long nanos(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    return delay.compareTo(CENTURY) > 0 ? CENTURY.toNanos() : delay.toNanos();
  }

  /** After a failure: whether there were retries enough. */
  boolean isGivenUp(int retries) {
    return retries >= maxRetries;
  }

  /** The wait after that many failures in a row: doubled with each after the first. */
  long delay(int failures) {
    int doublings = failures - 1;
    return doublings < Long.numberOfLeadingZeros(first) - 1
        ? Math.min(first << doublings, longest)
        : longest;
  }
}
