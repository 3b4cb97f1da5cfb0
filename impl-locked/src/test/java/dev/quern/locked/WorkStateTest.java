// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.locked.WorkState.Event;
import dev.quern.locked.WorkState.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table against what the rules say of each part of the state by itself. */
class WorkStateTest {
  private static final int NOTHING = 0;
  private static final int DELAYED = 1;
  private static final int QUEUED = 2;

  /** An item as the rules describe it, without a table. */
  private static final class Model {
    int pending;
    boolean running;
    boolean cancelling;
    int disabled;
    long deadline;

    boolean can(Event event) {
      return switch (event) {
        case BEGIN -> pending == QUEUED && !running;
        case END -> running;
        case ENABLE -> disabled > 0;
        default -> true;
      };
    }

    void step(Event event, long value) {
      boolean refuses = cancelling || disabled > 0;
      switch (event) {
        case SUBMIT -> submit(refuses);
        case SCHEDULE -> {
          if (!refuses && pending == NOTHING) {
            pending = DELAYED;
            deadline = value;
          }
        }
        case RESCHEDULE -> {
          if (!refuses) {
            pending = DELAYED;
            deadline = value;
          }
        }
        case RESCHEDULE_NOW -> {
          submit(refuses);
          hurry();
        }
        case HURRY -> hurry();
        case FIRE -> {
          if (value >= deadline) {
            hurry();
          }
        }
        case BEGIN -> {
          pending = NOTHING;
          running = true;
        }
        case END -> {
          running = false;
          cancelling = false;
        }
        case CANCEL -> pending = NOTHING;
        case BEGIN_CANCEL -> {
          pending = NOTHING;
          cancelling = running;
        }
        case DISABLE -> {
          pending = NOTHING;
          disabled++;
        }
        case ENABLE -> disabled--;
        case CLOSE -> pending = pending == DELAYED ? NOTHING : pending;
      }
    }

    private void submit(boolean refuses) {
      if (!refuses && pending == NOTHING) {
        pending = QUEUED;
      }
    }

    private void hurry() {
      if (pending == DELAYED) {
        pending = QUEUED;
      }
    }

    Submission submission() {
      if (cancelling || disabled > 0) {
        return Submission.REFUSED;
      }
      return pending == NOTHING ? Submission.QUEUED : Submission.COALESCED;
    }

    Cancellation cancellation() {
      if (pending != NOTHING) {
        return Cancellation.REMOVED;
      }
      return running ? Cancellation.RUNNING : Cancellation.IDLE;
    }
  }

  private static State step(WorkState state, Event event, long value) {
    return switch (event) {
      case SUBMIT -> state.submit();
      case SCHEDULE -> state.schedule(value);
      case RESCHEDULE -> state.reschedule(value);
      case RESCHEDULE_NOW -> state.rescheduleNow();
      case HURRY -> state.hurry();
      case FIRE -> state.fire(value);
      case BEGIN -> state.begin();
      case END -> state.end();
      case CANCEL -> state.cancel();
      case BEGIN_CANCEL -> state.beginCancel();
      case DISABLE -> state.disable();
      case ENABLE -> state.enable();
      case CLOSE -> state.close();
    };
  }

  /** The shortest ways into each state, and into each that a disabled item can have. */
  private static List<List<Event>> ways() {
    List<Event> run = List.of(Event.SUBMIT, Event.BEGIN);
    List<List<Event>> ways = new ArrayList<>();
    for (Event last : List.of(Event.CANCEL, Event.SUBMIT, Event.SCHEDULE, Event.BEGIN_CANCEL)) {
      ways.add(List.of(last));
      ways.add(List.of(last, Event.DISABLE));
      ways.add(List.of(run.get(0), run.get(1), last));
      ways.add(List.of(run.get(0), run.get(1), last, Event.DISABLE));
    }
    return ways;
  }

  @ParameterizedTest
  @EnumSource(Event.class)
  void theTableSaysWhatTheRulesSay(Event event) {
    for (List<Event> way : ways()) {
      for (long value : new long[] {50, 100, 150}) {
        WorkState state = new WorkState();
        Model model = new Model();
        way.forEach(
            step -> {
              step(state, step, 100);
              model.step(step, 100);
            });
        check(state, model, event, value, way.toString());
      }
    }
  }

  @Test
  void theWaysReachEveryState() {
    List<State> reached = new ArrayList<>();
    for (List<Event> way : ways()) {
      WorkState state = new WorkState();
      way.forEach(event -> step(state, event, 100));
      reached.add(state.now());
    }
    assertEquals(State.values().length, reached.stream().distinct().count(), reached.toString());
  }

  @Test
  void anyHistoryEndsWhereTheRulesSay() {
    Random random = new Random(1);
    WorkState state = new WorkState();
    Model model = new Model();
    for (int i = 0; i < 20_000; i++) {
      Event event = Event.values()[random.nextInt(Event.values().length)];
      if (event != Event.DISABLE || model.disabled < 3) {
        check(state, model, event, random.nextInt(100), "step " + i);
      }
    }
  }

  private static void check(WorkState state, Model model, Event event, long value, String where) {
    if (!model.can(event)) {
      if (event != Event.ENABLE) {
        assertThrows(AssertionError.class, () -> step(state, event, value), where + event);
      }
      return;
    }
    Submission submission = model.submission();
    Cancellation cancellation = model.cancellation();
    State old = step(state, event, value);
    if (WorkState.SUBMISSIONS.contains(event)) {
      assertEquals(submission, state.answer(old), where + event);
    }
    assertEquals(cancellation, old.cancellation(), where + event);
    model.step(event, value);
    assertEquals(model.pending == DELAYED, state.now().isDelayed(), where + event);
    assertEquals(model.pending == QUEUED, state.now().isQueued(), where + event);
    assertEquals(model.running, state.now().isRunning(), where + event);
    assertEquals(model.cancelling, state.now() == State.CANCELLING, where + event);
    assertEquals(model.disabled, state.disabled(), where + event);
    if (model.pending == DELAYED) {
      assertEquals(model.deadline, state.deadline(), where + event);
    }
  }
}
