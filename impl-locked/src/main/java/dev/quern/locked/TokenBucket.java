// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket (rule W17): holds up to one second's worth of tokens, at least one, and begins
 * full. A token is made in a fixed time, rounded up to a nanosecond. Guarded by the queue's lock.
 */
final class TokenBucket {
  private static final double LONGEST = TimeUnit.DAYS.toNanos(36_525);
  private static final double LARGEST = 1e9;

  private final long nanosPerToken;
  private final long size;
  private boolean begun; // by the first take
  private long tokens;
  private long since; // tokens counts what was there then

  TokenBucket(double perSecond) {
    this.nanosPerToken = (long) Math.min(Math.ceil(1e9 / perSecond), LONGEST);
    this.size = (long) Math.max(1, Math.min(Math.floor(perSecond), LARGEST));
    this.tokens = size;
  }

  /** Takes one; false if there is none. */
  boolean take(long now) {
    if (!begun) {
      begun = true;
      since = now;
    }
    long made = (now - since) / nanosPerToken;
    if (tokens + made >= size) {
      tokens = size;
      since = now;
    } else if (made > 0) {
      tokens += made;
      since += made * nanosPerToken;
    }
    if (tokens == 0) {
      return false;
    }
    tokens--;
    return true;
  }

  /** When there is the next, after one was not there. */
  long next() {
    return since + nanosPerToken;
  }
}
