// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.lockfree.Buffer.Appended;
import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A poll that answers null has armed the buffer: the append it did not see signals (rule Q11). */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "empty and armed: the append signals")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "appended first: nothing was armed")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "lost: not seen, and no signal")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a signal that nothing had armed")
@State
public class BufferArmAgainstAppend {
  private final Buffer<Integer> buffer = Buffer.unbounded(Parker.LOCK_SUPPORT);

  /** Empty and not armed. */
  public BufferArmAgainstAppend() {
    buffer.append(1);
    buffer.poll();
  }

  /** Looks once. */
  @Actor
  public void consumer(II_Result result) {
    result.r1 = buffer.poll() == null ? 0 : 1;
  }

  /** Appends. */
  @Actor
  public void producer(II_Result result) {
    result.r2 = buffer.append(2) == Appended.SIGNAL ? 1 : 0;
  }
}
