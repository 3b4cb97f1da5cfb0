// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.time.Duration;
import java.util.Objects;

/** The end of a wait. Real time: a thread parks by it, whatever the host's clock says. */
final class Deadline {
  static final Deadline NEVER = new Deadline(Long.MAX_VALUE, 0);

  private final long limit;
  private final long begin;

  private Deadline(long limit, long begin) {
    this.limit = limit;
    this.begin = begin;
  }

  /** What is longer than a long can say, 292 years, has no end. */
  static Deadline in(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    long nanos;
    try {
      nanos = limit.toNanos();
    } catch (ArithmeticException tooLong) {
      nanos = limit.isNegative() ? 0 : Long.MAX_VALUE;
    }
    return nanos == Long.MAX_VALUE ? NEVER : new Deadline(nanos, System.nanoTime());
  }

  boolean isNever() {
    return limit == Long.MAX_VALUE;
  }

  /** Whether there was any time at all: zero and less mean one look and no waiting (rule G4). */
  boolean waits() {
    return limit > 0;
  }

  /** Nanoseconds left; zero or less once it has passed. */
  long left() {
    return isNever() ? Long.MAX_VALUE : limit - (System.nanoTime() - begin);
  }
}
