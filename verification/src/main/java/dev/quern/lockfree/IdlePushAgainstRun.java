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
 * A worker that pushes itself and then looks at the runs, and one that publishes a run and then
 * looks at the stack, do not miss each other (Dekker; rule P3).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the idle worker saw the run")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the busy worker saw the idle one")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each saw the other")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "a job waits in a run, and a worker idles")
@State
public class IdlePushAgainstRun {
  private final StealableRun run = new StealableRun(2);
  private final IdleStack<WorkerState> idle = new IdleStack<>();
  private final WorkerState worker = idle.add(old -> new WorkerState());
  private final JobState job = new JobState();
  private final LineNode place = job.place(job.ask());

  /** Before it parks. */
  @Actor
  public void idler(II_Result result) {
    idle.push(worker);
    result.r1 = run.isEmpty() ? 0 : 1;
  }

  /** One that took more than it can do at once. */
  @Actor
  public void owner(II_Result result) {
    run.add(place);
    run.publish();
    result.r2 = idle.pop() == null ? 0 : 1;
  }
}
