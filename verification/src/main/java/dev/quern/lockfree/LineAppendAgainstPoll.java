// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two appends and a poller that takes the stub's place meanwhile: each job comes out once. */
@JCStressTest
@Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "the poller was first")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it took one, the other is left")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "it took both")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "a job was lost, or came twice")
@State
public class LineAppendAgainstPoll {
  private final PoolLine line = new PoolLine(Parker.LOCK_SUPPORT);
  private final JobState one = new JobState();
  private final JobState two = new JobState();
  private final LineNode first = one.place(one.ask());
  private final LineNode second = two.place(two.ask());

  /** A submitter. */
  @Actor
  public void append() {
    line.append(first);
  }

  /** Another. */
  @Actor
  public void appendToo() {
    line.append(second);
  }

  /** A worker. */
  @Actor
  public void poll(II_Result result) {
    result.r1 = taken() + taken();
  }

  /** What is left comes out. */
  @Arbiter
  public void rest(II_Result result) {
    result.r2 = taken() + taken() + taken();
  }

  private int taken() {
    LineNode node = line.poll();
    return node != null && node.job().begin(node) ? 1 : 0;
  }
}
