// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A group is copied into its slots behind one fence: whoever takes an item of it sees what its
 * producer had written (rule G2), on both sides of where a ring goes round.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing there yet")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "both there, with their content")
@Outcome(expect = FORBIDDEN, desc = "half a group, or an item without its content")
@State
public class GroupVisibility {
  private final Buffer<int[]> buffer = Buffer.bounded(2, false, Parker.LOCK_SUPPORT);

  /** The next place is the ring's last. */
  public GroupVisibility() {
    buffer.append(new int[1]);
    buffer.poll();
  }

  /** Writes, then offers both. */
  @Actor
  public void producer() {
    int[] first = new int[1];
    int[] second = new int[1];
    first[0] = 1;
    second[0] = 2;
    buffer.appendAll(new int[][] {first, second});
  }

  /** Takes both, if there is one. */
  @Actor
  public void consumer(II_Result result) {
    int[] first = buffer.poll();
    if (first != null) {
      result.r1 = first[0];
      int[] second = buffer.poll();
      result.r2 = second == null ? -1 : second[0];
    }
  }
}
