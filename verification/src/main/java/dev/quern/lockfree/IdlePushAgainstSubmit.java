// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A worker that pushes itself and then looks at the line, and a submitter that appends and then
 * looks at the stack, do not miss each other (Dekker; rule P3).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the worker saw the job")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the submitter saw the worker")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each saw the other")
@Outcome(
    id = "0, 0",
    expect = FORBIDDEN,
    desc = "lost wake-up: the job waits, and the worker idles")
@State
public class IdlePushAgainstSubmit {
  private final PoolLine line = new PoolLine(Parker.LOCK_SUPPORT);
  private final IdleStack<WorkerState> idle = new IdleStack<>();
  private final WorkerState worker = idle.add(old -> new WorkerState());
  private final JobState job = new JobState();
  private final LineNode place = job.place(job.ask());

  /** Before it parks. */
  @Actor
  public void worker(II_Result result) {
    idle.push(worker);
    result.r1 = line.isEmpty() ? 0 : 1;
  }

  /** A submission, but for the job's word. */
  @Actor
  public void submitter(II_Result result) {
    line.append(place);
    result.r2 = idle.pop() == null ? 0 : 1;
  }
}
