// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A submission that meets the end of a run: one more run follows, and the item enters the line
 * once, whoever brings it there (rules W2, W3).
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "queued, and in line once")
@Outcome(id = "2, 0", expect = FORBIDDEN, desc = "queued and in no line: the run is lost")
@Outcome(expect = FORBIDDEN, desc = "in line twice, or not queued")
@State
public class WorkSubmitAgainstEnd {
  private final HandWork work = new HandWork(new RunLine(new JudgingParker()), false);

  /** Running. */
  public WorkSubmitAgainstEnd() {
    work.enter(WorkState.Entry.SUBMIT, 0);
    work.take();
  }

  /** Submits. */
  @Actor
  public void submit() {
    work.enter(WorkState.Entry.SUBMIT, 0);
  }

  /** The lane. */
  @Actor
  public void end() {
    work.end();
  }

  /** What is pending, how often it runs. */
  @Arbiter
  public void look(II_Result result) {
    result.r1 = WorkState.pending(work.word());
    result.r2 = work.live();
  }
}
