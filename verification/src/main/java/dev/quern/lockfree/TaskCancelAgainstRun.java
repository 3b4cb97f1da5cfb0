// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.Submission;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A pending task is cancelled and dispatched again while the runner comes to it (rules T5, T13):
 * each accepted dispatch is a run or was removed, and the turn it left behind harms nobody.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "removed, and the second one ran")
@Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "too late: both ran")
@Outcome(expect = FORBIDDEN, desc = "a run was lost, or one came back")
@State
public class TaskCancelAgainstRun {
  private final LockfreeTaskContext context = new ContextStage(new JudgingParker()).newContext();
  private int runs; // plain: runs are serialised
  private final LockfreeTask task = (LockfreeTask) context.newTask("task", (Action) () -> runs++);
  private final TaskTurn turn = task.claim();

  /** One run is placed, and nobody is inside yet. */
  public TaskCancelAgainstRun() {
    context.turns().chain.push(turn);
    task.setPlacedRelease(turn.stampOpaque());
  }

  /** Cancels, and dispatches again. */
  @Actor
  public void canceller(III_Result result) {
    result.r1 = task.cancel() == Cancellation.REMOVED ? 1 : 0;
    result.r2 = task.dispatch() == Submission.QUEUED ? 1 : 0;
  }

  /** Whose dispatch placed the run: takes over, or leaves it to the other. */
  @Actor
  public void runner() {
    context.turns().serve(turn);
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r3 = context.isOccupied() ? -1 : runs;
  }
}
