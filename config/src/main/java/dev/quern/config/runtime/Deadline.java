// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.time.Duration;

/** A limit that several waits share: each gets what the ones before it left. */
final class Deadline {
  private final long start = System.nanoTime();
  private final Duration limit;

  Deadline(Duration limit) {
    this.limit = limit.isNegative() ? Duration.ZERO : limit; // nor can it overflow below
  }

  /** Zero or negative when there is nothing left. */
  Duration remaining() {
    return limit.minusNanos(System.nanoTime() - start);
  }
}
