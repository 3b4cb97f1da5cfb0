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
 * A context that is closed before anybody contended for it: two dispatches that race with the close
 * are served or throw, whichever of them makes the contended side and whenever it comes, and the
 * context ends once (rules G11, G19).
 */
@JCStressTest
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "both threw")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one was served")
@Outcome(id = "2, 2, 1", expect = ACCEPTABLE, desc = "both were")
@Outcome(expect = FORBIDDEN, desc = "accepted and not served, or both, or not ended once")
@State
public class ContextClosesUnused {
  private final ContextStage stage = new ContextStage(new JudgingParker());
  private final LockfreeTaskContext context = stage.newContext();
  private int first;
  private int second;
  private int served; // plain: runs are serialised

  /** Dispatches. */
  @Actor
  public void first() {
    first = dispatched();
  }

  /** Dispatches, too. */
  @Actor
  public void second() {
    second = dispatched();
  }

  private int dispatched() {
    try {
      context.dispatch(() -> served++);
      return 1;
    } catch (ClosedException closed) {
      return 0;
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
    result.r1 = first + second;
    result.r2 = served;
    result.r3 = stage.ended;
  }
}
