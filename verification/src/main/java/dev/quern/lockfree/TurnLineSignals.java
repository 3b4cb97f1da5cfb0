// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two children ask for their turns beside each other and beside the target's drain: each has its
 * turn, or the target is called for it (rules D8, D10).
 */
@JCStressTest
@Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "every child had its turn")
@Outcome(expect = FORBIDDEN, desc = "a child was cut off, or the target called twice")
@State
public class TurnLineSignals {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private int handled;
  private final LockfreeDaemonQueue<Integer> target =
      host.pooled(DaemonQueueSpec.bounded("t", 2), 8, item -> handled++);
  private final DaemonQueue<Integer> left = child("l");
  private final DaemonQueue<Integer> right = child("r");

  private DaemonQueue<Integer> child(String name) {
    return target.newChild(DaemonQueueSpec.bounded(name, 2), item -> handled++);
  }

  /** A child comes, has a turn, comes again. */
  @Actor
  public void left() {
    left.offer(1);
    host.drain();
    left.offer(2);
  }

  /** The other one. */
  @Actor
  public void right() {
    right.offer(1);
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
