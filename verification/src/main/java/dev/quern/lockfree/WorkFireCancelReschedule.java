// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A timer that fires, a cancellation and a reschedule to later: each accepted run is pending or was
 * taken away, once, and what is queued stands in line, once (rules W4 to W6).
 */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "all that was accepted was taken away")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "one run delayed")
@Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "one run queued, and in line once")
@Outcome(expect = FORBIDDEN, desc = "a run lost or doubled, or in line without being queued")
@State
public class WorkFireCancelReschedule {
  private final HandWork work = new HandWork(new RunLine(new JudgingParker()), false);
  private int accepted = 1;
  private int removed;

  /** Delayed until 3. */
  public WorkFireCancelReschedule() {
    work.schedule(3, null);
  }

  /** The timer thread at 5. */
  @Actor
  public void fire() {
    work.enter(WorkState.Entry.FIRE, 5);
  }

  /** Cancels. */
  @Actor
  public void cancel() {
    removed = WorkState.isPending(work.remove(WorkState.Removal.CANCEL)) ? 1 : 0;
  }

  /** Delays until 10. */
  @Actor
  public void reschedule() {
    accepted += WorkState.isPending(work.reschedule(10, null)) ? 0 : 1;
  }

  /** Runs that are owed, what is pending, how often it stands in line. */
  @Arbiter
  public void end(III_Result result) {
    result.r1 = accepted - removed;
    result.r2 = WorkState.pending(work.word());
    result.r3 = work.live();
  }
}
