// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.DaemonQueueSpec;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * close returns after what was accepted was handled, and what the handler did, plainly, is visible
 * to it (rules D6, G3). The host is told once.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "handled and ended")
@Outcome(id = "-1, -1", expect = FORBIDDEN, desc = "lost wake-up: nobody ends the close")
@Outcome(expect = FORBIDDEN, desc = "close returned too early, or the queue ended twice")
@State
public class DaemonQueueCloseWaits {
  private final JudgingParker parker = new JudgingParker();
  private final HandCarried host = new HandCarried(parker);
  private int handled;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(DaemonQueueSpec.bounded("q", 2), 8, item -> handled++);

  /** The append calls. */
  public DaemonQueueCloseWaits() {
    queue.offer(1);
  }

  /** Drains, again if its end met the beginning of the close. */
  @Actor
  public void drainer() {
    host.drainAll();
    parker.over();
  }

  /** Closes and waits. */
  @Actor
  public void closer(II_Result result) {
    try {
      queue.close();
      result.r1 = handled;
      result.r2 = host.ended.get();
    } catch (JudgingParker.LostWakeUp lost) {
      result.r1 = -1;
      result.r2 = -1;
    }
  }
}
