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
 * A run that is taken back and begun at once is one or the other, and all are told the same (rule
 * P6).
 */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "begun first: RUNNING")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "taken back first: REMOVED")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "REMOVED, and yet it runs")
@Outcome(
    id = "0, 2",
    expect = FORBIDDEN,
    desc = "RUNNING, but it does not run: the submission is lost")
@State
public class JobCancelAgainstClaim {
  private final JobState job = new JobState();
  private final LineNode place;

  /** In line. */
  public JobCancelAgainstClaim() {
    place = job.place(job.ask());
  }

  /** A worker that took the place out of line. */
  @Actor
  public void begin(II_Result result) {
    result.r1 = job.begin(place) ? 1 : 0;
  }

  /** A caller of cancel(). */
  @Actor
  public void cancel(II_Result result) {
    result.r2 = JobState.phase(job.takeBack());
  }
}
