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
 * A submission that meets the end of a run leaves exactly one to put the job in line: the run's end
 * or the submitter (rules P4, P5).
 */
@JCStressTest
@Outcome(
    id = "1, 0",
    expect = ACCEPTABLE,
    desc = "submitted before the end: the end queues it again")
@Outcome(
    id = "0, 1",
    expect = ACCEPTABLE,
    desc = "submitted after the end: the submitter queues it")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "nobody puts the job in line: the run is lost")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "both put the job in line: it may overlap itself")
@State
public class JobDoneAgainstSubmit {
  private final JobState job = new JobState();

  /** In its first run. */
  public JobDoneAgainstSubmit() {
    job.begin(job.place(job.ask()));
  }

  /** The body's call of done(). */
  @Actor
  public void done(II_Result result) {
    result.r1 = JobState.phase(job.endRun(false)) == JobState.AGAIN ? 1 : 0;
  }

  /** One more run is asked for. */
  @Actor
  public void submit(II_Result result) {
    result.r2 = JobState.phase(job.ask()) == JobState.IDLE ? 1 : 0;
  }
}
