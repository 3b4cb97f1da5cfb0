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

/** Either who submits wakes somebody, or the worker that ends lingering finds the job (P3). */
@JCStressTest
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "each leaves the job to the other")
@Outcome(expect = ACCEPTABLE, desc = "one of them sees to it, or both")
@State
public class LingerAgainstSubmit {
  private final PoolLine line = new PoolLine(Parker.LOCK_SUPPORT);
  private final LingerFlag lingers = new LingerFlag();
  private final JobState job = new JobState();

  /** Somebody lingers. */
  public LingerAgainstSubmit() {
    lingers.begin();
  }

  /** Who submits. */
  @Actor
  public void submit(II_Result result) {
    line.append(job.place(job.ask()));
    result.r1 = lingers.isSet() ? 0 : 1;
  }

  /** The worker. */
  @Actor
  public void end(II_Result result) {
    lingers.end();
    result.r2 = line.isEmpty() ? 0 : 1;
  }
}
