// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Cancellation.RUNNING;
import static dev.quern.Cancellation.TIMED_OUT;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static dev.quern.conformance.Specimen.FAR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.Cancellation;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.conformance.ItemState.Pending;
import java.time.Duration;

/**
 * The table of rule W1: each event in each state gives one answer and leaves one thing pending. The
 * states are brought about one after the other, so each cell is checked without any race.
 */
public class WorkStateRules {
  private static final Duration NOW = Duration.ZERO;

  /** For JUnit. */
  public WorkStateRules() {}

  private interface Submitting {
    Submission to(Work work);
  }

  private interface Cancelling {
    Cancellation of(Work work) throws InterruptedException;
  }

  @Conformance
  @Rule({"W1", "W2"})
  void submitQueuesWhatIsNotPendingAndKeepsWhatIs(Scene scene) throws InterruptedException {
    everyState(scene, "submit", Work::submit, Pending.QUEUED);
  }

  @Conformance
  @Rule({"W1", "W4"})
  void scheduleDelaysWhatIsNotPendingAndKeepsWhatIs(Scene scene) throws InterruptedException {
    everyState(scene, "schedule(1 h)", work -> work.schedule(FAR), Pending.DELAYED);
  }

  @Conformance
  @Rule({"W1", "W4"})
  void scheduleAfterNoTimeIsSubmit(Scene scene) throws InterruptedException {
    everyState(scene, "schedule(0)", work -> work.schedule(NOW), Pending.QUEUED);
  }

  @Conformance
  @Rule({"W1", "W4", "G18"})
  void scheduleAfterANegativeTimeIsSubmit(Scene scene) throws InterruptedException {
    Duration forEver = Duration.ofSeconds(Long.MIN_VALUE);
    everyState(scene, "schedule(-1 ns)", work -> work.schedule(NOW.minusNanos(1)), Pending.QUEUED);
    everyState(scene, "schedule(-for ever)", work -> work.schedule(forEver), Pending.QUEUED);
  }

  @Conformance
  @Rule({"W1", "W4"})
  void scheduleAtAnswersAsScheduleDoes(Scene scene) throws InterruptedException {
    everyState(scene, "scheduleAt", work -> work.scheduleAt(hourFromNow()), Pending.DELAYED);
    everyState(
        scene, "scheduleAt(past)", work -> work.scheduleAt(System.nanoTime() - 1), Pending.QUEUED);
  }

  @Conformance
  @Rule({"W1", "W5"})
  void rescheduleMovesWhateverIsPending(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Pending after = state.refusing() ? state.pending() : Pending.DELAYED;
      submission(scene, state, "reschedule(1 h)", work -> work.reschedule(FAR), after);
      submission(scene, state, "rescheduleAt", work -> work.rescheduleAt(hourFromNow()), after);
    }
  }

  @Conformance
  @Rule({"W1", "W5"})
  void rescheduleToNowQueuesWhateverIsPending(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Pending after = state.refusing() ? state.pending() : Pending.QUEUED;
      submission(scene, state, "reschedule(0)", work -> work.reschedule(NOW), after);
      submission(
          scene, state, "reschedule(-1 ns)", work -> work.reschedule(NOW.minusNanos(1)), after);
    }
  }

  /** What was not pending becomes {@code asked}; what was pending stays as it is. */
  private static void everyState(Scene scene, String event, Submitting submit, Pending asked)
      throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      boolean adds = state.pending() == Pending.NOTHING && !state.refusing();
      submission(scene, state, event, submit, adds ? asked : state.pending());
    }
  }

  private static void submission(
      Scene scene, ItemState state, String event, Submitting submit, Pending after)
      throws InterruptedException {
    Submission expected =
        state.refusing() ? REFUSED : state.pending() == Pending.NOTHING ? QUEUED : COALESCED;
    Specimen specimen = Specimen.in(state, scene);
    assertEquals(expected, submit.to(specimen.work()), event + " in state " + state);
    specimen.expect(after, event);
  }

  private static long hourFromNow() {
    return System.nanoTime() + FAR.toNanos();
  }

  @Conformance
  @Rule({"W1", "W6"})
  void cancelRemovesWhatIsPendingAndNeverWaits(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      cancellation(scene, state, "cancel", Work::cancel, unwaited(state));
    }
  }

  @Conformance
  @Rule({"W1", "W7", "G4"})
  void cancelAndWaitWithoutTimeTimesOutOnARunButTakesAwayWhatIsPending(Scene scene)
      throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Cancellation expected = state.running() ? TIMED_OUT : unwaited(state);
      cancellation(scene, state, "cancelAndWait(0)", work -> work.cancelAndWait(NOW), expected);
    }
  }

  @Conformance
  @Rule({"W1", "W16"})
  void disableAnswersLikeCancel(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      cancellation(scene, state, "disable", Work::disable, unwaited(state));
    }
  }

  @Conformance
  @Rule({"W1", "W16", "G4"})
  void disableAndWaitWithoutTimeTimesOutOnARunButTakesAwayWhatIsPending(Scene scene)
      throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Cancellation expected = state.running() ? TIMED_OUT : unwaited(state);
      cancellation(scene, state, "disableAndWait(0)", work -> work.disableAndWait(NOW), expected);
    }
  }

  private static Cancellation unwaited(ItemState state) {
    if (state.pending() != Pending.NOTHING) {
      return REMOVED;
    }
    return state.running() ? RUNNING : IDLE;
  }

  private static void cancellation(
      Scene scene, ItemState state, String event, Cancelling cancel, Cancellation expected)
      throws InterruptedException {
    Specimen specimen = Specimen.in(state, scene);
    assertEquals(expected, cancel.of(specimen.work()), event + " in state " + state);
    specimen.expect(Pending.NOTHING, event);
  }

  @Conformance
  @Rule({"W1", "W16"})
  void enableIsMisuseInEveryStateThatIsNotDisabled(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Specimen specimen = Specimen.in(state, scene);
      if (state.disabled()) {
        specimen.work().enable();
      } else {
        assertThrows(MisuseException.class, specimen.work()::enable, "enable in state " + state);
      }
      specimen.expect(state.pending(), "enable");
    }
  }

  @Conformance
  @Rule({"W1", "W9", "W21"})
  void questionsAnswerByTheStateAndChangeNothing(Scene scene) throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Specimen specimen = Specimen.in(state, scene);
      assertEquals(state.cancelling(), specimen.work().isCancelling(), "in state " + state);
      specimen.expect(state.pending(), "questions");
    }
  }

  @Conformance
  @Rule({"W1", "W8"})
  void flushWithoutTimeQueuesWhatIsDelayedAndWaitsForNothing(Scene scene)
      throws InterruptedException {
    for (ItemState state : ItemState.values()) {
      Specimen specimen = Specimen.in(state, scene);
      boolean busy = state.running() || state.pending() != Pending.NOTHING;
      assertEquals(!busy, specimen.work().flush(NOW), "flush(0) in state " + state);
      boolean queues = state.pending() == Pending.DELAYED;
      specimen.expect(queues ? Pending.QUEUED : state.pending(), "flush(0)");
    }
  }

  @Conformance
  @Rule({"W2", "W9"})
  void theRunItselfIsBusyAndNotPending(Scene scene) throws InterruptedException {
    Work[] self = new Work[1];
    boolean[] seen = {true, false, true};
    self[0] =
        scene
            .quern()
            .newWorkQueue("work")
            .newWork(
                "item",
                item -> {
                  seen[0] = item.isPending();
                  seen[1] = item.isBusy();
                  seen[2] = item.isCancelling();
                });
    self[0].submit();
    self[0].flush();
    assertFalse(seen[0], "isPending in the body");
    assertEquals(true, seen[1], "isBusy in the body");
    assertFalse(seen[2], "isCancelling in the body");
  }
}
