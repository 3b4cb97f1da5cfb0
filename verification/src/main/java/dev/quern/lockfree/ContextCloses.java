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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A dispatch that races with the close of an occupied context is served or throws, never both and
 * never neither (rule G11); and the context ends once.
 */
@JCStressTest
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "it threw")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "it was served")
@Outcome(expect = FORBIDDEN, desc = "accepted and not served, or both, or not ended once")
@State
public class ContextCloses {
  private final ContextStage stage = new ContextStage(new JudgingParker());
  private final LockfreeTaskContext context = stage.newContext();
  private int accepted;
  private int served; // plain: runs are serialised

  /** Dispatches. */
  @Actor
  public void dispatcher() {
    try {
      context.dispatch(() -> served++);
      accepted = 1;
    } catch (ClosedException closed) {
      accepted = 0;
    }
  }

  /** Begins the close from inside, so that the owner seals the chain on its way out. */
  @Actor
  public void closer() {
    context.dispatch(context::beginClosing);
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = accepted;
    result.r2 = served;
    result.r3 = stage.ended;
  }
}
