// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** What a run did is visible to whoever flushed it, who is woken (rules W8, G3). */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "flushed, and its work is seen")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "lost wake-up")
@Outcome(id = "0", expect = FORBIDDEN, desc = "returned before the run, or does not see it")
@State
public class WorkFlushWakes {
  private final JudgingParker parker = new JudgingParker();
  private final WaitList waits = new WaitList(parker);
  private final HandWork work = new HandWork(new RunLine(parker), false);
  private int written;

  /** In line. */
  public WorkFlushWakes() {
    work.enter(WorkState.Entry.SUBMIT, 0);
  }

  /** The lane. */
  @Actor
  public void run() {
    work.take();
    written = 1;
    work.end();
    waits.wakeAll();
    parker.over();
  }

  /** Flushes. */
  @Actor
  public void flush(I_Result result) {
    try {
      long run = work.latest(WorkState.Entry.HURRY);
      waits.awaitUninterruptibly(() -> work.isOver(run));
      result.r1 = written;
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
    }
  }
}
