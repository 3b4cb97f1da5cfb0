// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Room for one: one of two gets it (P17, W25). */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first got it")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second got it")
@Outcome(expect = FORBIDDEN, desc = "both, or neither though nothing waited")
@State
public class RoomClaims {
  private final Room room = new Room(1, new JudgingParker());

  private int claim() {
    if (!room.tryClaim()) {
      return 0;
    }
    room.settle();
    return 1;
  }

  /** The first. */
  @Actor
  public void first(III_Result result) {
    result.r1 = claim();
  }

  /** The second. */
  @Actor
  public void second(III_Result result) {
    result.r2 = claim();
  }

  /** What is counted. */
  @Arbiter
  public void end(III_Result result) {
    result.r3 = room.runs();
  }
}
