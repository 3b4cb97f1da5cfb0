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
 * What a caller did before its submission coalesced into a waiting run is visible to that run (rule
 * G2). Coalescing writes the word, though it does not change it.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "coalesced, and the run saw it")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "came after the run began: one more run follows")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "came after the run began, and was seen anyway")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "coalesced into a run that does not see it")
@State
public class JobVisibility {
  private final JobState job = new JobState();
  private final LineNode place;
  private int written;

  /** In line. */
  public JobVisibility() {
    place = job.place(job.ask());
  }

  /** Writes, then submits: 1 is WAITING, 2 is RUNNING. */
  @Actor
  public void submit(II_Result result) {
    written = 1;
    result.r1 = JobState.phase(job.ask());
  }

  /** A worker. */
  @Actor
  public void run(II_Result result) {
    job.begin(place);
    result.r2 = written;
  }
}
