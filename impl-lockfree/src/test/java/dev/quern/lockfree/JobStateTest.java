// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A job's state word by itself. */
class JobStateTest {
  @Test
  void bodiesThatLingerAfterTheirRunsDoNotSpillIntoTheStamp() {
    JobState state = new JobState();
    int bodies = 70_000;
    for (int i = 0; i < bodies; i++) {
      long before = state.ask();
      assertEquals(i, JobState.stamp(before));
      assertTrue(state.begin(state.place(before)));
      state.endRun(true);
    }
    for (int i = 0; i < bodies; i++) {
      assertFalse(state.isReleased());
      state.endBody(false, false);
    }
    assertTrue(state.isReleased());
  }

  @Test
  void onlyTheRunThatTheBodyAskedForIsRepeated() {
    JobState state = new JobState();
    state.begin(state.place(state.ask()));
    long own = JobState.added(state.word());
    assertFalse(state.repeat(own), "nothing follows");
    state.ask();
    state.takeBack();
    assertFalse(state.repeat(own), "taken back");
    long others = JobState.added(state.word());
    state.ask();
    assertFalse(state.repeat(own), "it is another run that follows");
    assertTrue(state.repeat(others));
    assertEquals(JobState.RUNNING, JobState.phase(state.word()));
    state.endBody(true, true);
    assertTrue(state.isReleased(), "one body for both runs");
  }

  @Test
  void aRunThatGotNoPlaceIsTakenBackAndNoOther() {
    JobState state = new JobState();
    long first = state.ask();
    assertTrue(state.dropUnplaced(first));
    assertTrue(state.isReleased());
    state.ask();
    assertFalse(state.dropUnplaced(first), "it is another run by now");
    assertFalse(state.isReleased());
  }
}
