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
 * A worker whose time is up while it is claimed does one or the other, and both sides know which
 * (rule P9).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it leaves; the popper goes on to the next")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it is claimed, and stays")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "it leaves with a job in its hands")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "it stays, and nobody will claim it")
@State
public class IdleTimeOutAgainstClaim {
  private final IdleStack<WorkerState> idle = new IdleStack<>();
  private final WorkerState worker = idle.add(old -> new WorkerState());

  /** Idle. */
  public IdleTimeOutAgainstClaim() {
    idle.push(worker);
  }

  /** Its time is up. */
  @Actor
  public void worker(II_Result result) {
    result.r1 = worker.timeOut() ? 1 : 0;
  }

  /** Someone has a job. */
  @Actor
  public void popper(II_Result result) {
    result.r2 = idle.pop() == null ? 0 : 1;
  }
}
