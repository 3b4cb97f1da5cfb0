// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.DaemonQueueSpec;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * closeNow meets a drainer: each item is handled or handed back, never both, never neither (rule
 * D11).
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "each once, the queue ended once")
@Outcome(expect = FORBIDDEN, desc = "an item twice or not at all, a lost wake-up, or no one end")
@State
public class DaemonQueueCuts {
  private final JudgingParker parker = new JudgingParker();
  private final HandCarried host = new HandCarried(parker);
  private int handled;
  private int handedBack;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(DaemonQueueSpec.bounded("q", 2), 8, item -> handled++);

  /** The append calls. */
  public DaemonQueueCuts() {
    queue.offer(1);
    queue.offer(2);
  }

  /** Drains. */
  @Actor
  public void drainer() {
    host.drain();
    parker.over();
  }

  /** Closes and takes. */
  @Actor
  public void closer() {
    try {
      handedBack = queue.closeNow().size();
    } catch (JudgingParker.LostWakeUp lost) {
      handedBack = -9;
    }
  }

  /** What was called for comes. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    result.r1 = host.fault() == null ? handled + handedBack : -1;
    result.r2 = host.ended.get();
  }
}
