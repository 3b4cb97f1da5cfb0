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

/**
 * An append that races with close is in, for who drains after close, or throws (rule G11): list of
 * chunks.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "in: the last drain finds it")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "closed: it throws")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted, and not there for the last drain")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "refused and served")
@State
public class BufferCloseAgainstAppend {
  private final Buffer<Integer> buffer = Buffer.unbounded(Parker.LOCK_SUPPORT);

  /** Appends. */
  @Actor
  public void producer(II_Result result) {
    result.r1 = buffer.append(1) == Appended.CLOSED ? 0 : 1;
  }

  /** Closes, then drains for the last time. */
  @Actor
  public void closer(II_Result result) {
    buffer.close();
    result.r2 = buffer.poll() == null ? 0 : 1;
  }
}
