// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who takes an item sees what its producer did before (rule G2). */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "polled before it was appended")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "taken, with what was written before")
@Outcome(id = "0", expect = FORBIDDEN, desc = "taken, and what was written before is not seen")
@State
public class BufferVisibility {
  private final Buffer<int[]> buffer = Buffer.bounded(2, false, Parker.LOCK_SUPPORT);

  /** Writes, then hands over. */
  @Actor
  public void producer() {
    int[] item = new int[1];
    item[0] = 1;
    buffer.append(item);
  }

  /** Looks once. */
  @Actor
  public void consumer(I_Result result) {
    int[] item = buffer.poll();
    result.r1 = item == null ? -1 : item[0];
  }
}
