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
 * Of two places for one stamp, which one who coalesced made, one is served; and the home node is
 * free afterwards.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the home node was served")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the other one was served")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "the run begins twice")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the run is lost")
@State
public class JobPlaceTakenTwice {
  private final JobState job = new JobState();
  private final LineNode home;
  private final LineNode other;

  /** In line at two places. */
  public JobPlaceTakenTwice() {
    home = job.place(job.ask());
    other = new LineNode.Extra(job, home.stamp);
  }

  /** A worker with the one. */
  @Actor
  public void first(II_Result result) {
    result.r1 = job.begin(home) ? 1 : 0;
  }

  /** A worker with the other. */
  @Actor
  public void second(II_Result result) {
    result.r2 = job.begin(other) ? 1 : 0;
  }
}
