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
 * The thread of a daemon queue sets parked and then looks at the state word; a caller changes the
 * word and then looks at parked: they do not miss each other (Dekker). Likewise at the end.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "handled, and the thread ended")
@Outcome(expect = FORBIDDEN, desc = "lost wake-up: the thread sleeps, and nobody wakes it")
@State
public class DaemonThreadParks {
  private final JudgingParker parker = new JudgingParker();
  private final HandCarried host = new HandCarried(parker);
  private int handled;
  private final LockfreeDaemonQueue<Integer> queue =
      host.threaded(DaemonQueueSpec.bounded("q", 2), 8, item -> handled++);

  /** The thread's life. */
  @Actor
  public void thread(II_Result result) {
    host.threadBody().run();
    result.r1 = host.fault() == null ? handled : -1;
    result.r2 = host.ended.get();
  }

  /** Appends, then closes without waiting. */
  @Actor
  public void producer() {
    queue.offer(1);
    HandCarried.closeAtOnce(queue);
    parker.over();
  }
}
