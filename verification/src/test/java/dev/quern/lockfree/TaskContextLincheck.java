// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** A task context among two or three threads, with a parker whose lost wake-ups are found. */
public class TaskContextLincheck {
  @Test
  public void everyAcceptedRunHappensOnceAndInOrder() {
    Interleavings.of(Device.class)
        .thread("dispatchA", "dispatchA")
        .thread("dispatchOnce", "dispatchLater")
        .thread("dispatchA", "cancelA")
        .check(300);
  }

  @Test
  public void aBarrierWaitsForWhatItsThreadHasDispatched() {
    Interleavings.of(Device.class)
        .thread("dispatchAndBarrier")
        .thread("dispatchA")
        .thread("dispatchOnce")
        .check(300);
  }

  @Test
  public void aBarrierAndACallAreWoken() {
    Interleavings.of(Device.class)
        .thread("dispatchOnce")
        .thread("barrier")
        .thread("call")
        .check(300);
  }

  @Test
  public void aCloseThatWaitsAndOneThatGivesUpEndTheContextOnce() {
    Interleavings.of(Closing.class).thread("dispatch").thread("close").thread("giveUp").check(300);
  }

  @Test
  public void aContextDoesNotEndWhileOneIsInside() {
    Interleavings.of(Closing.class).thread("serve").thread("dispatchClosing").check(300);
  }

  /** The check itself: a barrier that does not remind the owner is never woken. */
  @Test
  public void aBarrierThatRemindsNobodyIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () ->
            Interleavings.of(Device.class)
                .thread("dispatchOnce")
                .thread("barrierUnasked")
                .check(300));
  }

  /** A context with a task that reads what its dispatchers wrote. */
  public static class Device {
    private final ContextStage stage = new ContextStage(new MonitorParker());
    private final LockfreeTaskContext context = stage.newContext();
    private final LockfreeTask taskA = (LockfreeTask) context.newTask("a", new RunA());
    private final Action once = new Once();
    private final Action later = new Later();
    private int accepted; // guarded by the interleaving: one step of Lincheck's at a time
    private int removed;
    private int runs;
    private int written;
    private int seen;
    private boolean inside;
    private final List<String> order = new ArrayList<>();

    private final class RunA implements Action {
      @Override
      public void run() {
        enter();
        runs++;
        seen = written;
        leave();
      }
    }

    private final class Once implements Action {
      @Override
      public void run() {
        enter();
        order.add("once");
        leave();
      }
    }

    private final class Later implements Action {
      @Override
      public void run() {
        enter();
        order.add("later");
        leave();
      }
    }

    private void enter() {
      assertFalse(inside, "two runs at once");
      inside = true;
    }

    private void leave() {
      inside = false;
    }

    private synchronized void count(boolean queued, boolean taken) {
      accepted += queued ? 1 : 0;
      removed += taken ? 1 : 0;
    }

    public void dispatchA() {
      count(taskA.dispatch() == Submission.QUEUED, false);
    }

    public void cancelA() {
      count(false, taskA.cancel() == Cancellation.REMOVED);
    }

    public void dispatchOnce() {
      context.dispatch(once);
    }

    public void dispatchLater() {
      context.dispatch(later);
    }

    public void dispatchAndBarrier() throws InterruptedException {
      written = 7;
      count(taskA.dispatch() == Submission.QUEUED, false);
      context.barrier();
      assertEquals(7, seen, "the barrier returned before the run");
    }

    public void barrier() throws InterruptedException {
      context.barrier();
    }

    public void call() throws InterruptedException {
      assertEquals("done", context.<String, RuntimeException>call(() -> "done"));
    }

    /** Planted: pushes its place, and does not see to it that the owner comes to it. */
    public void barrierUnasked() throws InterruptedException {
      if (context.isOccupied()) {
        BarrierTurn turn = new BarrierTurn(stage.parker());
        context.turns().chain.push(turn);
        turn.await(Deadline.NEVER);
      }
    }

    @Validate
    public void validate() {
      assertNull(stage.failure);
      assertFalse(context.isOccupied());
      assertEquals(accepted - removed, runs);
      assertTrue(
          List.of(List.of(), List.of("once"), List.of("once", "later")).contains(order),
          order::toString);
    }
  }

  /** A context that closes. */
  public static class Closing {
    private final ContextStage stage = new ContextStage(new MonitorParker());
    private final LockfreeTaskContext context = stage.newContext();
    private final Action served = new Served();
    private final Action closing = new Closer();
    private int accepted;
    private int runs;

    private final class Served implements Action {
      @Override
      public void run() {
        runs++;
      }
    }

    private final class Closer implements Action {
      @Override
      public void run() {
        context.beginClosing();
        assertEquals(0, stage.ended, "it ended while a task was running");
        runs++;
      }
    }

    /** As a barrier that comes late: in, finds nothing, out. */
    public void serve() {
      context.turns().serve(null);
    }

    public void dispatchClosing() {
      context.dispatch(closing);
      accepted++;
    }

    public void dispatch() {
      try {
        context.dispatch(served);
        accepted++;
      } catch (ClosedException closed) {
        assertTrue(context.isClosed());
      }
    }

    public void close() {
      context.close();
    }

    public void giveUp() throws InterruptedException {
      context.close(Duration.ZERO);
    }

    @Validate
    public void validate() {
      assertNull(stage.failure);
      assertEquals(accepted, runs);
      assertEquals(1, stage.ended);
    }
  }
}
