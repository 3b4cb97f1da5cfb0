// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.ClosedException;
import dev.quern.DaemonQueueSpec;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * An append that meets a close is handled, or throws: never both, never neither (rule G11). The
 * queue ends once (D6).
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "accepted, handled, ended")
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "thrown back, not handled, ended")
@Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "accepted, and the queue ended without it")
@Outcome(expect = FORBIDDEN, desc = "handled though thrown back, or no end, or two")
@State
public class DaemonQueueCloses {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private int handled;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(DaemonQueueSpec.unbounded("q"), 8, item -> handled++);

  /** Appends. */
  @Actor
  public void producer(III_Result result) {
    try {
      queue.offer(1);
      result.r1 = 1;
    } catch (ClosedException closed) {
      result.r1 = 0;
    }
  }

  /** Closes without waiting. */
  @Actor
  public void closer() {
    HandCarried.closeAtOnce(queue);
  }

  /** What was called for comes. */
  @Arbiter
  public void end(III_Result result) {
    host.drainAll();
    result.r2 = host.fault() == null ? handled : -1;
    result.r3 = host.ended.get();
  }
}
