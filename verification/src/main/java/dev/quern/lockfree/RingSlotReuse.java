// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.lockfree.Buffer.Appended;
import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A slot is empty for good before its room is free: the next item in it is not lost. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "full: refused")
@Outcome(
    id = "1, 3",
    expect = ACCEPTABLE,
    desc = "accepted into the room that came free, and there")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted and lost")
@State
public class RingSlotReuse {
  private final Buffer<Integer> buffer = Buffer.bounded(2, false, Parker.LOCK_SUPPORT);

  /** Full. */
  public RingSlotReuse() {
    buffer.append(1);
    buffer.append(2);
  }

  /** Makes room. */
  @Actor
  public void consumer() {
    buffer.poll();
  }

  /** Wants the room. */
  @Actor
  public void producer(II_Result result) {
    result.r1 = buffer.append(3) == Appended.FULL ? 0 : 1;
  }

  /** Takes the rest; after the break-down what is missing is not waited for. */
  @Arbiter
  public void rest(II_Result result) {
    buffer.breakDown();
    buffer.poll();
    Integer last = buffer.poll();
    result.r2 = last == null ? 0 : last;
  }
}
