// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * cancelAndWait returns after the run that it found, and sees its work; an item that submits itself
 * in that run does not come back if the submission came after the call (rules W7, G3).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "waited, and nothing is pending")
@Outcome(id = "-1, 0", expect = FORBIDDEN, desc = "lost wake-up")
@Outcome(
    id = "0, 0",
    expect = FORBIDDEN,
    desc = "returned before the run's end, or does not see it")
@Outcome(expect = FORBIDDEN, desc = "a run survived")
@State
public class WorkCancelWaits {
  private final JudgingParker parker = new JudgingParker();
  private final WaitList waits = new WaitList(parker);
  private final HandWork work = new HandWork(new RunLine(parker), false);
  private int written;

  /** Running. */
  public WorkCancelWaits() {
    work.enter(WorkState.Entry.SUBMIT, 0);
    work.take();
  }

  /** The run: submits itself. */
  @Actor
  public void run() {
    work.enter(WorkState.Entry.SUBMIT, 0);
    written = 1;
    work.end();
    while (work.take()) {
      work.end();
    }
    waits.wakeAll();
    parker.over();
  }

  /** Cancels and waits. */
  @Actor
  public void cancel(II_Result result) {
    try {
      work.remove(WorkState.Removal.CANCEL_AND_WAIT);
      long run = work.current();
      waits.awaitUninterruptibly(() -> work.isOver(run));
      result.r1 = written;
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
    }
    result.r2 = WorkState.pending(work.word());
  }
}
