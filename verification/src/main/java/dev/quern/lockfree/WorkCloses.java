// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.ClosedException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A submission that meets a close is served, or throws: never both, never neither (rule G11). */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "accepted, and it ran")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "thrown back")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted, and the queue ended without it")
@Outcome(expect = FORBIDDEN, desc = "ran though thrown back, or a fault")
@State
public class WorkCloses {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private final WorkCore core = HandPool.core(host);
  private int ran;
  private final LockfreeWork work = new LockfreeWork(core, "item", () -> ran++);

  /** Submits. */
  @Actor
  public void submit(II_Result result) {
    try {
      work.submit();
      result.r1 = 1;
    } catch (ClosedException closed) {
      result.r1 = 0;
    }
  }

  /** Closes; from its return on the pool may be closed, too. */
  @Actor
  public void close() {
    core.close();
  }

  /** The lanes that were engaged. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    result.r2 = host.fault() == null ? ran : -1;
  }
}
