// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.spi.Alarm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class RecentTimeTest {
  private final List<Long> deadlines = new ArrayList<>();
  private LongUnaryOperator tick = LongUnaryOperator.identity();
  private long now = Long.MAX_VALUE - 5; // goes round
  private int reads;

  private final RecentTime recent = new RecentTime(this::read, this::alarm);

  private long read() {
    reads++;
    return now;
  }

  private Alarm alarm(LongUnaryOperator expire) {
    tick = expire;
    return new Alarm() {
      @Override
      public void at(long nanoTime) {
        deadlines.add(nanoTime);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void theClockIsReadOnceATick() {
    long begin = now;
    assertEquals(begin, recent.nanoTime());
    now += 10;
    assertEquals(begin, recent.nanoTime(), "a moment ago");
    assertEquals(1, reads);
    long wanted = tick.applyAsLong(now);
    assertEquals(now, recent.nanoTime());
    assertTrue(wanted - now <= TimeUnit.MILLISECONDS.toNanos(500), "the next tick is near");
    assertEquals(1, reads);
  }

  @Test
  void whenNobodyAsksTheTicksEnd() {
    recent.nanoTime();
    assertEquals(1, deadlines.size());
    now += 1000;
    assertTrue(tick.applyAsLong(now) != Long.MAX_VALUE, "somebody asked since");
    now += 1000;
    assertEquals(Long.MAX_VALUE, tick.applyAsLong(now), "the last one");
    now += 1_000_000_000_000L;
    assertEquals(now, recent.nanoTime(), "no time of long ago");
    assertEquals(2, deadlines.size(), "and the ticks begin again");
  }

  @Test
  void whoAsksBetweenTwoTicksKeepsThemGoing() {
    recent.nanoTime();
    for (int i = 0; i < 5; i++) {
      now += 1000;
      assertTrue(tick.applyAsLong(now) != Long.MAX_VALUE);
      assertEquals(now, recent.nanoTime());
    }
    assertEquals(1, reads);
    assertEquals(1, deadlines.size());
  }
}
