// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The word of a buffer, step by step: what a producer decided long ago must not count. */
class CursorsTest {
  private static final long ALMOST_ROUND = (1L << 40) - 3;

  private static boolean append(Cursors cursors, int count) {
    long word = cursors.admit(count);
    return word >= 0 && cursors.tryAppend(word, count);
  }

  @Test
  void theBoundIsExactAlsoWherePositionsGoRound() {
    for (long begin : new long[] {0, ALMOST_ROUND}) {
      Cursors cursors = new Cursors(5, false, begin);
      for (int i = 0; i < 5; i++) {
        assertTrue(append(cursors, 1));
        assertEquals(i + 1, cursors.size());
      }
      assertEquals(Cursors.FULL, cursors.admit(1));
      cursors.publish(begin + 2);
      assertEquals(Cursors.FULL, cursors.admit(3));
      assertTrue(append(cursors, 2));
      assertEquals(Cursors.FULL, cursors.admit(1), "the limit that was remembered is used up");
      assertEquals(5, cursors.size());
      assertEquals(begin + 7, cursors.look(begin + 2, false));
      cursors.moveHead(begin + 2);
      assertEquals(begin + 7, cursors.appended());
    }
  }

  @Test
  void anAppendDecidedBeforeARestoreFails() {
    for (long begin : new long[] {0, ALMOST_ROUND}) {
      Cursors cursors = new Cursors(3, false, begin);
      append(cursors, 3);
      cursors.publish(begin + 3);
      append(cursors, 2);
      long decided = cursors.admit(1);
      assertTrue(decided >= 0);
      cursors.restore(begin + 1);
      assertFalse(cursors.tryAppend(decided, 1), "the room was for three, and four are in");
      assertEquals(4, cursors.size());
      assertEquals(Cursors.FULL, cursors.admit(1));
      cursors.publish(begin + 2);
      assertEquals(Cursors.FULL, cursors.admit(1));
      cursors.publish(begin + 3);
      assertTrue(append(cursors, 1));
      assertEquals(Cursors.FULL, cursors.admit(1));
    }
  }

  @Test
  void epochsGoRound() {
    Cursors cursors = new Cursors(2, false, 0);
    append(cursors, 2);
    for (int i = 0; i < (1 << 22) + 5; i++) {
      cursors.publish(1);
      cursors.restore(0);
    }
    assertEquals(2, cursors.size());
    assertEquals(Cursors.FULL, cursors.admit(1));
    cursors.publish(1);
    assertTrue(append(cursors, 1));
    assertEquals(Cursors.FULL, cursors.admit(1));
    assertFalse(cursors.isClosed());
    cursors.close();
    assertEquals(Cursors.SHUT, cursors.admit(1));
  }

  @Test
  void anAppendDecidedBeforeACloseFails() {
    for (int capacity : new int[] {0, 3}) {
      Cursors cursors = new Cursors(capacity, false, 0);
      long decided = cursors.admit(1);
      cursors.close();
      assertFalse(cursors.tryAppend(decided, 1));
      assertEquals(Cursors.SHUT, cursors.admit(1));
      assertEquals(0, cursors.size());
    }
  }

  @Test
  void exactlyOneAppendAfterAnArmingSignals() {
    Cursors cursors = new Cursors(0, false, 0);
    assertTrue(signals(cursors), "armed when new");
    assertFalse(signals(cursors));
    assertEquals(2, cursors.look(1, true), "not empty, so not armed");
    assertFalse(signals(cursors));
    assertEquals(3, cursors.look(3, false));
    assertFalse(signals(cursors));
    assertEquals(4, cursors.look(4, true));
    assertTrue(signals(cursors));
    assertFalse(signals(cursors));
    assertEquals(6, cursors.arm(4), "whatever there is");
    assertTrue(signals(cursors));
    assertFalse(signals(cursors));
  }

  @Test
  void anAppendDecidedBeforeAnArmingIsDecidedAgain() {
    Cursors cursors = new Cursors(0, false, 0);
    append(cursors, 1);
    long decided = cursors.admit(1);
    cursors.look(1, true);
    assertFalse(cursors.tryAppend(decided, 1), "it would not signal");
    assertTrue(signals(cursors));
  }

  private static boolean signals(Cursors cursors) {
    long word = cursors.admit(1);
    assertTrue(cursors.tryAppend(word, 1));
    return Cursors.isArmed(word);
  }
}
