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
 * An append that meets a drainer on its way to rest is seen by it, or calls for another drain. And
 * one drain happens-before the next, whoever drains (rule G3): the handler's count is plain.
 */
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both were handled")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "lost wake-up: an item, and nobody drains")
@Outcome(expect = FORBIDDEN, desc = "two calls at once, or a count that a drain did not see")
@State
public class DaemonQueueWakes {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private int handled;
  private final LockfreeDaemonQueue<Integer> queue =
      host.pooled(DaemonQueueSpec.bounded("q", 2), 8, item -> handled++);

  /** The first append calls. */
  public DaemonQueueWakes() {
    queue.offer(1);
  }

  /** Drains what it was called for, and rests. */
  @Actor
  public void drainer() {
    host.drain();
  }

  /** Appends. */
  @Actor
  public void producer() {
    queue.offer(2);
  }

  /** What was called for comes. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    result.r1 = handled;
    result.r2 = host.fault() == null ? 0 : 1;
  }
}
