// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static dev.quern.lockfree.DaemonState.ITEMS;
import static dev.quern.lockfree.DaemonState.TURNS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.lockfree.DaemonState.Resumed;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The steps of the state word, one after the other: who calls, and when nobody may. */
class DaemonStateTest {
  private final DaemonState state = new DaemonState(false);

  @Test
  void oneWakeCallsUntilTheDrainBegins() {
    assertTrue(state.wake(ITEMS));
    assertFalse(state.wake(ITEMS));
    assertFalse(state.wake(TURNS));
    assertEquals(ITEMS | TURNS, state.beginDrain());
    assertFalse(state.endDrain(0));
    assertTrue(state.wake(TURNS));
    assertEquals(TURNS, state.beginDrain());
  }

  @Test
  void aWakeDuringADrainIsPaidAtItsEnd() {
    assertTrue(state.wake(ITEMS));
    assertEquals(ITEMS, state.beginDrain());
    assertFalse(state.wake(ITEMS));
    assertTrue(state.endDrain(0));
    assertEquals(ITEMS, state.beginDrain());
    assertFalse(state.endDrain(0));
    assertFalse(state.isCalledOrOver());
  }

  @Test
  void whatADrainLeavesIsCalledFor() {
    assertTrue(state.wake(ITEMS));
    state.beginDrain();
    assertTrue(state.endDrain(ITEMS));
    assertEquals(ITEMS, state.beginDrain());
  }

  @Test
  void anInactiveQueueIsCalledWhenActivated() {
    DaemonState inactive = new DaemonState(true);
    assertFalse(inactive.wake(ITEMS));
    assertTrue(inactive.isHeld());
    assertTrue(inactive.activate());
    assertFalse(inactive.activate());
    assertEquals(ITEMS, inactive.beginDrain());
  }

  @Test
  void theLastResumeCalls() {
    state.pause();
    state.pause();
    assertFalse(state.wake(ITEMS));
    assertEquals(Resumed.QUIET, state.resume());
    assertEquals(Resumed.CALL, state.resume());
    assertEquals(Resumed.NOT_PAUSED, state.resume());
    assertEquals(ITEMS, state.beginDrain());
  }

  @Test
  void aCallThatMeetsAPauseComesToNothingAndTheResumeCallsAgain() {
    assertTrue(state.wake(ITEMS));
    state.pause();
    assertEquals(0, state.beginDrain());
    assertFalse(state.isDraining());
    assertEquals(Resumed.CALL, state.resume());
    assertEquals(ITEMS, state.beginDrain());
  }

  @Test
  void aPauseThatEndsBeforeTheDrainBeginsCallsNoSecondTime() {
    assertTrue(state.wake(ITEMS));
    state.pause();
    assertEquals(Resumed.QUIET, state.resume());
    assertEquals(ITEMS, state.beginDrain());
  }

  @Test
  void aPauseWaitsForTheDrainThatItFound() {
    assertTrue(state.isPast(state.pause()));
    state.resume();
    state.wake(ITEMS);
    state.beginDrain();
    long drain = state.pause();
    assertFalse(state.isPast(drain));
    state.resume();
    state.endDrain(ITEMS);
    assertTrue(state.isPast(drain));
    state.beginDrain();
    assertTrue(state.isPast(drain), "the next one is another");
  }

  @Test
  void aCloseActivatesAndEndsEveryPause() {
    DaemonState held = new DaemonState(true);
    held.pause();
    held.pause();
    assertFalse(held.wake(ITEMS));
    assertTrue(held.close());
    assertFalse(held.isHeld());
    held.pause();
    assertFalse(held.isHeld(), "there is nothing to pause any more");
    assertEquals(Resumed.QUIET, held.resume());
    assertEquals(ITEMS, held.beginDrain());
  }

  @Test
  void whatWasCutIsNotDrained() {
    assertTrue(state.wake(ITEMS));
    assertTrue(state.cut());
    assertFalse(state.cut());
    assertTrue(state.isHeld());
    assertEquals(0, state.beginDrain());
    assertFalse(state.wake(ITEMS));
    assertFalse(state.close());
  }

  @Test
  void aBrokenQueueIsNotDrained() {
    assertFalse(state.isBroken());
    assertTrue(state.wake(ITEMS));
    state.beginDrain();
    state.broke();
    assertTrue(state.isHeld());
    assertFalse(state.over(), "the drainer ends it");
    assertFalse(state.endDrain(ITEMS));
    assertTrue(state.over());
  }

  @Test
  void aClosingQueueIsOverOnceAndNotWhileItDrains() {
    assertTrue(state.wake(ITEMS));
    state.beginDrain();
    assertFalse(state.close());
    assertFalse(state.over());
    assertFalse(state.claimRelease());
    assertFalse(state.endDrain(0));
    assertTrue(state.over());
    assertFalse(state.over());
    assertTrue(state.claimRelease());
    assertFalse(state.claimRelease());
    assertFalse(state.isEnded());
    state.ended();
    assertTrue(state.isEnded());
  }

  @Test
  void afterTheEndNothingIsCalledOrBegun() {
    assertTrue(state.wake(ITEMS));
    state.close();
    assertTrue(state.over());
    assertEquals(0, state.beginDrain());
    assertFalse(state.wake(ITEMS));
    assertFalse(state.activate());
    assertTrue(state.isCalledOrOver());
  }

  @Test
  void twoDrainersAreNoticed() {
    assertTrue(state.wake(ITEMS));
    state.beginDrain();
    assertThrows(AssertionError.class, state::beginDrain);
    state.endDrain(0);
    assertThrows(AssertionError.class, () -> state.endDrain(0));
  }

  /** Many drains and pauses: their counts don't run into each other or into the bits. */
  @Test
  void countsKeepToTheirPlaces() {
    Random random = new Random(1);
    int pauses = 0;
    for (int i = 0; i < 200_000; i++) {
      if (pauses > 0 && random.nextBoolean()) {
        pauses--;
        state.resume();
      } else if (random.nextInt(3) == 0) {
        pauses++;
        state.pause();
      } else if (pauses == 0) {
        assertTrue(state.wake(ITEMS));
        assertEquals(ITEMS, state.beginDrain());
        assertFalse(state.endDrain(0));
      }
      assertEquals(pauses > 0, state.isHeld());
      assertFalse(state.isDraining() || state.isClosing() || state.isOver());
    }
  }

  /** Whoever interrupts its thread has to be sure that it is still at it. */
  @Test
  void aPinnedDrainDoesNotEnd() throws Exception {
    assertFalse(state.pin(), "nothing to pin");
    state.wake(ITEMS);
    assertFalse(state.pin());
    state.beginDrain();
    assertTrue(state.pin());
    assertFalse(state.pin(), "one is enough");
    Thread drainer = new Thread(() -> state.endDrain(0));
    drainer.start();
    drainer.join(20);
    assertTrue(state.isDraining() && drainer.isAlive());
    assertFalse(state.wake(ITEMS));
    state.unpin();
    drainer.join(10_000);
    assertFalse(state.isDraining());
    assertFalse(state.pin());
    assertEquals(ITEMS, state.beginDrain(), "the wake was not lost");
  }
}
