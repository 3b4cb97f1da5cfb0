// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A barrier waits for a run that had begun, sees what it did, and is woken (rules T7, G3). */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it waited for the run")
@Outcome(id = "0, [01]", expect = ACCEPTABLE, desc = "the run had not begun")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "the barrier returned before the run had ended")
@Outcome(id = "-1, .*", expect = FORBIDDEN, desc = "lost wake-up: the barrier sleeps for ever")
@State
public class ContextBarrierWaits {
  private final JudgingParker parker = new JudgingParker();
  private final LockfreeTaskContext context = new ContextStage(parker).newContext();
  private volatile boolean begun;
  private int written;

  /** Dispatches, and is the runner. */
  @Actor
  public void dispatcher() {
    context.dispatch(
        () -> {
          begun = true;
          written = 1;
        });
    parker.over();
  }

  /** Waits. */
  @Actor
  public void waiter(II_Result result) {
    try {
      result.r1 = begun ? 1 : 0;
      context.barrier();
      result.r2 = written;
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
    } catch (InterruptedException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
