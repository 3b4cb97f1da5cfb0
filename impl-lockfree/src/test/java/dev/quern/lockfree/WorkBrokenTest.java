// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An item's word when a step in between fails, as it may without memory (rule G17). */
@Timeout(20)
class WorkBrokenTest {
  private final RunLine line = new RunLine(new PoolHost().parker());
  private boolean fails;

  /** An item of a queue with several lanes; asking whose key fails on demand. */
  private final class Item extends WorkState {
    private final WatchedRuns watched = new WatchedRuns();

    @Override
    RunLine line() {
      return line;
    }

    @Override
    WatchedRuns watched() {
      if (fails) {
        throw new OutOfMemoryError("as if");
      }
      return watched;
    }

    @Override
    void engageLane() {}

    @Override
    boolean isSingle() {
      return false;
    }

    @Override
    void fire(long now) {}
  }

  @Test
  void aPlaceClaimedBeforeTheFailureIsPublished() {
    Item item = new Item();
    item.schedule(5, null);
    item.enter(WorkState.Entry.HURRY, 0);
    item.reschedule(5, null); // watched, aside
    fails = true;
    assertThrows(OutOfMemoryError.class, () -> item.enter(WorkState.Entry.RESCHEDULE_NOW, 0));
    assertNull(line.takeReady());
    assertTrue(line.isEmpty(), "whoever takes would wait");
  }

  @Test
  void aRunWhoseEndFailsEndsAllTheSame() {
    Item item = new Item();
    item.enter(WorkState.Entry.SUBMIT, 0);
    assertEquals(item, line.take(place -> {}));
    item.begin(0, captured -> {});
    item.enter(WorkState.Entry.SUBMIT, 0);
    item.enter(WorkState.Entry.HURRY, 0); // watched, without a place
    item.remove(WorkState.Removal.CLOSE_QUEUE);
    fails = true;
    assertThrows(OutOfMemoryError.class, item::end);
    item.endBroken();
    assertFalse(WorkState.isBusy(item.word()));
    assertNull(line.takeReady());
    assertTrue(line.isEmpty(), "whoever takes would wait");
  }

  @Test
  void whoeverMustNotWaitLeavesAnUnpublishedPlaceAlone() {
    long place = line.claim(false);
    assertNull(line.takeReady());
    line.publish(place, this);
    assertEquals(this, line.takeReady());
  }
}
