// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void theFirstTokenIsSpentAlsoJustBeforeTheOrigin() {
    for (long now : new long[] {-50, 0, 50}) {
      RateLimit limit = new RateLimit(1);
      assertEquals(RateLimit.TAKEN, limit.take(now));
      assertEquals(now + SECOND, limit.take(now + 1));
      assertEquals(RateLimit.TAKEN, limit.take(now + SECOND));
    }
  }

  @Test
  void aBucketHoldsASecondsTokens() {
    RateLimit limit = new RateLimit(3);
    for (int i = 0; i < 3; i++) {
      assertEquals(RateLimit.TAKEN, limit.take(-1));
    }
    assertEquals(-1 + SECOND / 3 + 1, limit.take(-1));
    limit.giveBack();
    assertEquals(RateLimit.TAKEN, limit.take(-1));
  }
}
