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
 * An append to a queue that is being paused and resumed: whoever comes last calls for the drain,
 * and nobody calls twice (rules D3, D13).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "handled")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "lost wake-up: nobody called")
@Outcome(expect = FORBIDDEN, desc = "two calls at once, or handled twice")
@State
public class DaemonQueueResumes {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private int handled;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(DaemonQueueSpec.bounded("q", 2), 8, item -> handled++);

  /** Appends. */
  @Actor
  public void producer() {
    queue.offer(1);
  }

  /** Pauses and resumes, and drains if it was called by then. */
  @Actor
  public void pauser() {
    host.drain();
    queue.pause();
    queue.resume();
    host.drain();
  }

  /** What was called for comes. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    result.r1 = handled;
    result.r2 = host.fault() == null ? 0 : 1;
  }
}
