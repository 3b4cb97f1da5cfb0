// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket in one number: the time at which, had every token been spent as late as possible,
 * the bucket would be full again. Taking a token moves it on by one interval; a token is there as
 * long as it lies no more than a bucket ahead of now.
 *
 * <p>The interval is rounded up, so a rate is kept, never exceeded. Times are since the wheel's
 * origin. Ordering: every step is a compare-and-set. Progress: lock-free.
 */
final class RateLimit {
  private static final double LONGEST = TimeUnit.DAYS.toNanos(36_525);
  private static final double LARGEST = 1e9;

  /** No time: the first ones, just before the origin, may be negative or 0. */
  static final long TAKEN = Long.MIN_VALUE;

  private final long interval;
  private final long ahead;
  private final AtomicLong full = new AtomicLong(Long.MIN_VALUE); // before any time

  RateLimit(double runsPerSecond) {
    this.interval = (long) Math.min(Math.ceil(1e9 / runsPerSecond), LONGEST);
    long bucket = (long) Math.max(1, Math.min(Math.floor(runsPerSecond), LARGEST));
    this.ahead = (bucket - 1) * interval;
  }

  /** Takes a token: TAKEN, or the time at which the next may be there. */
  long take(long now) {
    while (true) {
      long old = full.get();
      long from = Math.max(old, now);
      if (from - now > ahead) {
        return from - ahead;
      }
      if (full.compareAndSet(old, from + interval)) {
        return TAKEN;
      }
    }
  }

  /** A token that was taken for nothing. */
  void giveBack() {
    full.addAndGet(-interval);
  }
}
