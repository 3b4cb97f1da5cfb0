// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.spi.Parker;
import org.junit.jupiter.api.Test;

/** What the line keeps: rule G9. Its races are checked in the verification module. */
class RunLineTest {
  private final RunLine line = new RunLine(Parker.LOCK_SUPPORT);

  private long enter(Object who) {
    long place = line.claim(false);
    line.publish(place, who);
    return place;
  }

  private Object take() {
    return line.take(place -> {});
  }

  @Test
  void placesThatWereLeftLeaveNothingBehindThoughNobodyTakes() {
    enter("first");
    for (int i = 0; i < 100_000; i++) {
      Object item = new Object();
      line.vacate(enter(item), item);
    }
    enter("last");
    assertTrue(line.segments() < 5, line.segments() + " segments");
    assertEquals("first", take());
    assertEquals("last", take());
    assertNull(take());
    assertTrue(line.isEmpty());
  }

  @Test
  void whoStaysComesOutInOrderFromBetweenThoseWhoLeft() {
    for (int i = 0; i < 10_000; i++) {
      Integer item = i;
      long place = enter(item);
      if (i % 300 != 0) {
        line.vacate(place, item);
      }
    }
    for (int i = 0; i < 10_000; i += 300) {
      assertEquals(i, take());
    }
    assertNull(take());
  }

  @Test
  void passedSegmentsAreDropped() {
    for (int i = 0; i < 10_000; i++) {
      enter(i);
      assertEquals(i, take());
    }
    assertTrue(line.segments() < 3, line.segments() + " segments");
  }

  @Test
  void aSealedLineGivesPlacesToEndingRunsOnly() {
    enter("before");
    line.seal();
    assertEquals(RunLine.SEALED, line.claim(false));
    line.publish(line.claim(true), "after");
    assertEquals("before", take());
    assertEquals("after", take());
    assertNull(take());
  }
}
