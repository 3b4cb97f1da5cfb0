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
 * A submission that races with the close of its job is refused by the word, or leaves the job
 * unreleased: never accepted and forgotten (rules G11, P7).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "accepted first: the close waits for the run")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "closed first: the submission throws")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "accepted, and the close did not wait")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "refused, and the close waits for ever")
@State
public class JobCloseAgainstSubmit {
  private final JobState job = new JobState();

  /** Accepted: 1. */
  @Actor
  public void submit(II_Result result) {
    result.r1 = JobState.isClosed(job.ask()) ? 0 : 1;
  }

  /** Whether the close is through at once. */
  @Actor
  public void close(II_Result result) {
    job.shut();
    result.r2 = job.isReleased() ? 1 : 0;
  }
}
