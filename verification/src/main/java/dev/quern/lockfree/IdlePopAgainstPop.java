// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two poppers get two workers, the most recent first, while a third is pushed again by its own
 * thread: no worker twice, none lost (ABA).
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the first popper was first")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "the second popper was first")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "the one that was pushed again came twice")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "one claimed twice")
@Outcome(id = "0, .*", expect = FORBIDDEN, desc = "one was lost")
@Outcome(id = ".*, 0", expect = FORBIDDEN, desc = "one was lost")
@State
public class IdlePopAgainstPop {
  private final IdleStack<WorkerState> idle = new IdleStack<>();
  private final WorkerState one = idle.add(old -> new WorkerState());
  private final WorkerState two = idle.add(old -> new WorkerState());

  /** Two over one. */
  public IdlePopAgainstPop() {
    idle.push(one);
    idle.push(two);
  }

  /** Pops; if it is the second worker, this thread acts for it: it idles again. */
  @Actor
  public void first(II_Result result) {
    WorkerState worker = idle.pop();
    result.r1 = worker == null ? 0 : worker.place;
    if (worker == two) {
      idle.push(two);
    }
  }

  /** Pops. */
  @Actor
  public void second(II_Result result) {
    WorkerState worker = idle.pop();
    result.r2 = worker == null ? 0 : worker.place;
  }
}
