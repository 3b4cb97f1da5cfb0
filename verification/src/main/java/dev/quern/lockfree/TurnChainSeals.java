// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A push that races with the seal is found by the owner or refused, never both (rule G11). */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it was in front of the seal")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it was refused")
@Outcome(expect = FORBIDDEN, desc = "accepted and not found, or refused and found")
@State
public class TurnChainSeals {
  private final TurnChain chain = new TurnChain();
  private final Turn turn = new OnceTurn(() -> {});

  /** Pushes. */
  @Actor
  public void dispatcher(II_Result result) {
    result.r1 = chain.push(turn) ? 1 : 0;
  }

  /** Seals, once it finds nothing. */
  @Actor
  public void owner(II_Result result) {
    while (!chain.seal()) {
      result.r2 += chain.takeAll() == null ? 0 : 1;
    }
  }
}
