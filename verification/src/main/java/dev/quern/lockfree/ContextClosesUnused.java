// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A context is closed before anybody contended for it, and a dispatcher who found it occupied and
 * open, a moment ago, makes the contended side: it is served or refused, never both and never
 * neither, and the context ends once (rules G11, G19). The dispatcher is written out from where it
 * has looked: three actors are more than two processors schedule.
 */
@JCStressTest
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "it was refused")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "it was served")
@Outcome(expect = FORBIDDEN, desc = "accepted and not served, or both, or not ended once")
@State
public class ContextClosesUnused {
  private final ContextStage stage = new ContextStage(new JudgingParker());
  private final LockfreeTaskContext context = stage.newContext();
  private int accepted;
  private int served; // plain: runs are serialised

  /** Goes on with a dispatch. */
  @Actor
  public void dispatcher() {
    OnceTurn turn = new OnceTurn(() -> served++);
    if (context.turns().chain.push(turn)) {
      accepted = 1;
      context.turns().serve(turn);
    }
  }

  /** Closes, and waits for nothing. */
  @Actor
  public void closer() {
    try {
      context.close(Duration.ZERO);
    } catch (InterruptedException never) {
      throw new AssertionError(never);
    }
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = accepted;
    result.r2 = served;
    result.r3 = stage.ended;
  }
}
