// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whoever sees a job's run end finds its worker searching, and has nobody hired (P3, P17). */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the run goes on")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the run has ended, its worker searches")
@Outcome(id = "2", expect = FORBIDDEN, desc = "the run has ended, its worker is in a body")
@State
public class EndSeenWithSearcher {
  private final JobState job = new JobState();
  private final WorkerState worker = new WorkerState();

  /** A run goes on. */
  public EndSeenWithSearcher() {
    job.begin(job.place(job.ask()));
    worker.foundJob();
  }

  /** The worker. */
  @Actor
  public void end() {
    worker.searchesRelease();
    job.endBody(true, true);
  }

  /** Who submits, and then looks as the overseer does. */
  @Actor
  public void look(I_Result result) {
    boolean ended = JobState.phase(job.ask()) == JobState.IDLE;
    result.r1 = !ended ? 0 : worker.state() == WorkerState.SEARCHING ? 1 : 2;
  }
}
