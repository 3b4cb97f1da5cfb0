// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What a run did is visible to a thread that sees it ended, as cancelAndWait and close do (rule
 * G3).
 */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "not yet ended")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "ended, and its work is seen")
@Outcome(id = "0", expect = FORBIDDEN, desc = "ended, and its work is not seen")
@State
public class JobRunBeforeWake {
  private final JobState job = new JobState();
  private final long run;
  private int written;

  /** In its first run. */
  public JobRunBeforeWake() {
    job.begin(job.place(job.ask()));
    run = JobState.stamp(job.takeBackAndRefuse());
  }

  /** The body, and its end. */
  @Actor
  public void run() {
    written = 1;
    job.endBody(true, true);
  }

  /** Who waits looks. */
  @Actor
  public void look(I_Result result) {
    result.r1 = job.runs(run) ? -1 : written;
  }
}
