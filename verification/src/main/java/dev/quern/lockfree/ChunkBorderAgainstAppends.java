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

/** Two producers at the end of a chunk: one makes the next, and both items are taken in turn. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both came out")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "one is lost, or out twice")
@State
public class ChunkBorderAgainstAppends {
  private final Buffer<Integer> buffer =
      new Buffer<>(0, false, Parker.LOCK_SUPPORT, 127, ChunkList.growing(127));

  /** The last place of a chunk, or the first of the next. */
  @Actor
  public void first() {
    buffer.append(1);
  }

  /** The same. */
  @Actor
  public void second() {
    buffer.append(2);
  }

  /** Takes both, waiting for them. */
  @Actor
  public void consumer(II_Result result) {
    for (int taken = 0; taken < 2; ) {
      Integer item = buffer.poll();
      if (item != null) {
        taken++;
        result.r1 += item == 1 ? 1 : 0;
        result.r2 += item == 2 ? 1 : 0;
      }
    }
  }
}
