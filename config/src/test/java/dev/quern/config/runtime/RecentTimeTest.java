// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Ticks by hand: the timer's thread is not started. */
class RecentTimeTest {
  private static final long TICK = 100_000_000;

  private final AtomicLong clock = new AtomicLong(1_000);
  private final RecentTime time =
      new RecentTime(new TimerThread(clock::get, new Log(System.getLogger("test"))));

  @Test
  void isThatOfTheLastTick() {
    assertEquals(1_000, time.now());
    clock.set(2_000);
    assertEquals(1_000, time.now());
    assertEquals(3_000 + TICK, time.tick(3_000));
    assertEquals(3_000, time.now());
  }

  @Test
  void fallsAsleepAtATickSinceWhichNobodyAskedAndReadsTheClockThen() {
    time.now();
    assertEquals(Long.MAX_VALUE, time.tick(2_000), "asked when it woke, and not since");
    clock.set(3_000_000_000L);
    assertEquals(3_000_000_000L, time.now());
    time.now();
    assertEquals(4_000_000_000L + TICK, time.tick(4_000_000_000L), "awake again");
  }

  @Test
  void aClockThatShowsTheMarkForAsleepIsReadEachTime() {
    clock.set(Long.MIN_VALUE);
    assertEquals(Long.MIN_VALUE, time.now());
    clock.set(Long.MIN_VALUE + 1);
    assertEquals(Long.MIN_VALUE + 1, time.now());
  }
}
