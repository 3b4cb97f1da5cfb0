// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A submission that meets the only lane as it leaves is served, without another one (W12). */
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both ran, nobody is in line")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "no lane comes: lost hand-off")
@Outcome(expect = FORBIDDEN, desc = "a run too many, or a fault")
@State
public class WorkLaneLeaves {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private final WorkCore core = HandPool.core(host);
  private int ran;
  private final LockfreeWork first = new LockfreeWork(core, "first", () -> ran++);
  private final LockfreeWork second = new LockfreeWork(core, "second", () -> ran++);

  /** The lane has something to do. */
  public WorkLaneLeaves() {
    first.submit();
  }

  /** The lane. */
  @Actor
  public void lane() {
    host.drain();
  }

  /** Submits. */
  @Actor
  public void submit() {
    second.submit();
  }

  /** What was called for comes. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    result.r1 = host.fault() == null ? ran : -1;
    result.r2 = core.line.isEmpty() ? 0 : 1;
  }
}
