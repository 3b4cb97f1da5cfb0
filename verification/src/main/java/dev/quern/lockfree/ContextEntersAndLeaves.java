// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread leaves a context while another comes, and comes again (rules T1, T4, G3): all runs
 * happen, one after the other, those of one thread in its order, and each sees the one before.
 */
@JCStressTest
@Outcome(id = "1, 2, 3", expect = ACCEPTABLE, desc = "the first thread's run was the first")
@Outcome(id = "2, 1, 3", expect = ACCEPTABLE, desc = "the first thread's run was in between")
@Outcome(id = "3, 1, 2", expect = ACCEPTABLE, desc = "the first thread's run was the last")
@Outcome(expect = FORBIDDEN, desc = "a run was lost, or two overlapped, or the order")
@State
public class ContextEntersAndLeaves {
  private final LockfreeTaskContext context = new ContextStage(new JudgingParker()).newContext();
  private int runs; // plain: runs are serialised
  private int first;
  private int second;
  private int third;

  /** Dispatches. */
  @Actor
  public void first() {
    context.dispatch(() -> first = ++runs);
  }

  /** Dispatches, and dispatches again. */
  @Actor
  public void second() {
    context.dispatch(() -> second = ++runs);
    context.dispatch(() -> third = ++runs);
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = context.isOccupied() || runs != 3 ? -1 : first;
    result.r2 = second;
    result.r3 = third;
  }
}
