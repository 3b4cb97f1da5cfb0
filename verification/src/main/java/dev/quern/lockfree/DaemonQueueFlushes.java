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
 * flush returns after the item was handled and its batch ended, and what they did, plainly, is
 * visible to it (rules D17, G3).
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "handled and ended")
@Outcome(id = "-1, -1", expect = FORBIDDEN, desc = "lost wake-up: nobody ends the flush")
@Outcome(expect = FORBIDDEN, desc = "flush returned too early")
@State
public class DaemonQueueFlushes {
  private final JudgingParker parker = new JudgingParker();
  private final HandCarried host = new HandCarried(parker);
  private int handled;
  private int ended;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(
          DaemonQueueSpec.bounded("q", 2),
          8,
          Handler.<Integer>of(item -> handled++, () -> ended++));

  /** The append calls. */
  public DaemonQueueFlushes() {
    queue.offer(1);
  }

  /** Drains. */
  @Actor
  public void drainer() {
    host.drain();
    parker.over();
  }

  /** Waits. */
  @Actor
  public void flusher(II_Result result) {
    try {
      HandCarried.flush(queue);
      result.r1 = handled;
      result.r2 = ended;
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
      result.r2 = -1;
    }
  }
}
