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

/** Places are taken in the order in which they were claimed, each once, by two lanes (rule W12). */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one each")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "one each")
@Outcome(expect = FORBIDDEN, desc = "one twice, or lost")
@State
public class WorkLineTakes {
  private final RunLine line = new RunLine(new JudgingParker());

  /** Two stand there, and one that has gone. */
  public WorkLineTakes() {
    line.publish(line.claim(false), null);
    line.publish(line.claim(false), 1);
    line.publish(line.claim(false), 2);
  }

  /** A lane. */
  @Actor
  public void one(II_Result result) {
    result.r1 = line.take(place -> {}) instanceof Integer who ? who : 0;
  }

  /** Another. */
  @Actor
  public void two(II_Result result) {
    result.r2 = line.take(place -> {}) instanceof Integer who ? who : 0;
  }

  /** Nobody is left. */
  @Arbiter
  public void end(II_Result result) {
    result.r1 += line.isEmpty() ? 0 : 10;
  }
}
