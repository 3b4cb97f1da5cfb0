// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Next;
import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A submission that meets the end of a run, by which the key becomes idle and its entry is gone, is
 * served by that run or by one more, which sees it; and the end leaves no entry behind.
 */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "served by the run that was pending")
@Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "served by one more run")
@Outcome(expect = FORBIDDEN, desc = "lost, or not seen, or an entry stays")
@State
public class KeySubmitAgainstEnd {
  private final HandLanes lanes = new HandLanes();
  private final LockfreeKeyedWorkQueue<String> queue;
  private int runs; // plain: one run of a key happens-before its next
  private int wanted = 1;
  private int seen;

  /** In line. */
  public KeySubmitAgainstEnd() {
    queue =
        lanes.queue(
            new HandCarried(Parker.LOCK_SUPPORT),
            2,
            run -> {
              runs++;
              seen = wanted;
              return Next.DONE;
            });
    queue.submit("key");
  }

  /** Another thread's submission. */
  @Actor
  public void submit() {
    wanted = 2;
    queue.submit("key");
  }

  /** A worker. */
  @Actor
  public void lane() {
    lanes.run();
  }

  /** What is still to be run runs now. */
  @Arbiter
  public void rest(III_Result result) {
    lanes.runAll();
    result.r1 = runs;
    result.r2 = seen;
    result.r3 = (int) queue.table.size();
  }
}
