// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * pauseAndWait returns when no handler call is going on, and what the drain before it did, plainly,
 * is visible to it (rules D13, G3).
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "paused before the drain began")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "after one item, and its batch's end")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "after both items, and their batch's end")
@Outcome(id = "-1, -1", expect = FORBIDDEN, desc = "lost wake-up: nobody ends the wait")
@Outcome(expect = FORBIDDEN, desc = "pauseAndWait returned too early")
@State
public class DaemonQueuePauses {
  private final JudgingParker parker = new JudgingParker();
  private final HandCarried host = new HandCarried(parker);
  private int handled;
  private int ended;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(
          DaemonQueueSpec.bounded("q", 2),
          8,
          Handler.<Integer>of(item -> handled++, () -> ended++));

  /** The first append calls. */
  public DaemonQueuePauses() {
    queue.offer(1);
    queue.offer(2);
  }

  /** Drains. */
  @Actor
  public void drainer() {
    host.drain();
    parker.over();
  }

  /** Waits. */
  @Actor
  public void pauser(II_Result result) {
    try {
      HandCarried.pauseAndWait(queue);
      result.r1 = handled;
      result.r2 = ended;
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
      result.r2 = -1;
    }
  }
}
