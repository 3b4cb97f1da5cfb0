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
 * Either the append is in, or the line is sealed: the instant of the seal divides them (rule G11).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "appended first: the pool goes on")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "sealed first: the submission throws")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "accepted by a pool that has ended")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "refused by a pool that goes on")
@State
public class LineSealAgainstAppend {
  private final PoolLine line = new PoolLine(Parker.LOCK_SUPPORT);
  private final JobState job = new JobState();
  private final LineNode place = job.place(job.ask());

  /** A submission, but for the job's word. */
  @Actor
  public void append(II_Result result) {
    result.r1 = line.append(place) ? 1 : 0;
  }

  /** The overseer. */
  @Actor
  public void seal(II_Result result) {
    result.r2 = line.seal() ? 1 : 0;
  }
}
