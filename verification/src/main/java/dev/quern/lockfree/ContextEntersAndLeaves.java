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
 * One thread leaves a context while another comes (rules T1, T4, G3): both runs happen, one after
 * the other, before the last of the two dispatches returns, and the later one sees the earlier.
 */
@JCStressTest
@Outcome(id = "1, 2, 2", expect = ACCEPTABLE, desc = "the first thread's run was the first")
@Outcome(id = "2, 1, 2", expect = ACCEPTABLE, desc = "the second thread's run was the first")
@Outcome(expect = FORBIDDEN, desc = "a run was lost, or two overlapped")
@State
public class ContextEntersAndLeaves {
  private final LockfreeTaskContext context = new ContextStage(new JudgingParker()).newContext();
  private int runs; // plain: runs are serialised
  private int first;
  private int second;

  /** Dispatches. */
  @Actor
  public void first() {
    context.dispatch(() -> first = ++runs);
  }

  /** Dispatches. */
  @Actor
  public void second() {
    context.dispatch(() -> second = ++runs);
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = first;
    result.r2 = second;
    result.r3 = context.isOccupied() ? -1 : runs;
  }
}
