// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two workers that take from one run get two jobs, and the slots are empty for the next fill. */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "the first taker was first")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the second taker was first")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "a job twice, or none")
@State
public class RunTakenByTwo {
  private final StealableRun run = new StealableRun(2);
  private final JobState job = new JobState();

  /** Filled. */
  public RunTakenByTwo() {
    run.add(new LineNode.Extra(job, 1));
    run.add(new LineNode.Extra(job, 2));
    run.publish();
  }

  /** A worker. */
  @Actor
  public void first(II_Result result) {
    result.r1 = stamp(run.take());
  }

  /** Another. */
  @Actor
  public void second(II_Result result) {
    result.r2 = stamp(run.take());
  }

  private static int stamp(@Nullable LineNode node) {
    return node == null ? 0 : (int) node.stamp;
  }
}
