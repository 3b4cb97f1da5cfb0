// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.QueueSpec;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A taker and an append do not miss each other (rule Q12). */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "it found what it waits for")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "it parked and was woken")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "lost wake-up: it parked, and nobody wakes it")
@State
public class QueueTakeWakes {
  private final JudgingParker parker = new JudgingParker();
  private final LockfreeQueue<Integer> queue =
      new LockfreeQueue<>(
          new ParkerHost(new SteppingParker(parker)), QueueSpec.unbounded("queue"), null);

  /** Waits for an item. */
  @Actor
  public void taker(I_Result result) {
    try {
      queue.take();
      result.r1 = parker.parks();
    } catch (JudgingParker.LostWakeUp | InterruptedException lost) {
      result.r1 = -1;
    }
  }

  /** Appends. */
  @Actor
  public void waker() {
    queue.offer(1);
    parker.over();
  }
}
