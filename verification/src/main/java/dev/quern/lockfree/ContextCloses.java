// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.ClosedException;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A dispatch that races with close, beside a runner, is served or throws, never both and never
 * neither (rule G11); and the context ends once, whoever is the last to leave.
 */
@JCStressTest
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "both threw")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one was served")
@Outcome(id = "2, 2, 1", expect = ACCEPTABLE, desc = "both were served")
@Outcome(expect = FORBIDDEN, desc = "accepted is not served, or not ended once")
@State
public class ContextCloses {
  private final ContextStage stage = new ContextStage(new JudgingParker());
  private final LockfreeTaskContext context = stage.newContext();
  private int served; // plain: runs are serialised
  private int first;
  private int second;

  private int dispatch() {
    try {
      context.dispatch(() -> served++);
      return 1;
    } catch (ClosedException closed) {
      return 0;
    }
  }

  /** Dispatches. */
  @Actor
  public void first() {
    first = dispatch();
  }

  /** Dispatches. */
  @Actor
  public void second() {
    second = dispatch();
  }

  /** Closes, and waits for nobody. */
  @Actor
  public void closer() {
    try {
      context.close(Duration.ZERO);
    } catch (InterruptedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Looks at the end. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = first + second;
    result.r2 = served;
    result.r3 = stage.ended;
  }
}
