// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A waiter that pushes and then looks, and a waker that changes the state and then looks, do not
 * miss each other (Dekker).
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the waiter saw the new state itself")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the waiter parked and was woken")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "lost wake-up: it parked, and nobody wakes it")
@State
public class WaitListWakes {
  private final JudgingParker parker = new JudgingParker();
  private final WaitList list = new WaitList(parker);
  private volatile boolean state;

  /** Waits once. */
  @Actor
  public void waiter(I_Result result) {
    try {
      list.awaitUninterruptibly(() -> state);
      result.r1 = parker.parks();
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
    }
  }

  /** Changes the state, then wakes. */
  @Actor
  public void waker() {
    state = true;
    list.wakeAll();
    parker.over();
  }
}
