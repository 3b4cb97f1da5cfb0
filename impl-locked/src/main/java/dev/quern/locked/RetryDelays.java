// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.KeyedWorkQueueSpec;

/** How long a key waits for a retry, and when it is given up (rule W17). */
final class RetryDelays {
  private final long first;
  private final long longest;
  private final int maxRetries;

  RetryDelays(KeyedWorkQueueSpec spec) {
    this.first = Delays.delay(spec.firstRetry().orElseThrow());
    this.longest = Delays.delay(spec.maxRetryDelay().orElseThrow());
    this.maxRetries = spec.maxRetries().orElseThrow();
  }

  boolean isGivenUp(int retries) {
    return retries >= maxRetries;
  }

  /** The first wait, doubled with each failure after the first, up to the longest. */
  long retry(int failures) {
    long delay = Math.min(first, longest);
    for (int doubled = 1; doubled < failures && delay < longest; doubled++) {
      delay = Math.min(2 * delay, longest); // no overflow: at most two centuries
    }
    return delay;
  }
}
