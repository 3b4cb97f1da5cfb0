// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Action;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a thread wrote before a dispatch that coalesced is seen by the run that it coalesced into
 * (rule G2): both sides update the task's word.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "coalesced, and the run saw the write")
@Outcome(id = "0, [01]", expect = ACCEPTABLE, desc = "the run had begun: a run of its own")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "coalesced into a run that did not see the write")
@State
public class TaskCoalesces {
  private final LockfreeTask task =
      (LockfreeTask)
          new ContextStage(new JudgingParker()).newContext().newTask("task", (Action) () -> {});
  private final TaskTurn turn = task.claim();
  private final int[] far = new int[256];
  private int written;

  /** Everything up to here is pending and placed. */
  public TaskCoalesces() {
    task.setPlacedRelease(turn.stampOpaque());
  }

  /** A dispatcher. */
  @Actor
  public void dispatcher(II_Result result) {
    for (int i = 0; i < far.length; i += 32) {
      far[i] = 1; // stores that keep the one that counts in the store buffer
    }
    written = 1;
    result.r1 = task.claim() == null ? 1 : 0;
  }

  /** The run. */
  @Actor
  public void runner(II_Result result) {
    turn.begin();
    result.r2 = written;
  }
}
