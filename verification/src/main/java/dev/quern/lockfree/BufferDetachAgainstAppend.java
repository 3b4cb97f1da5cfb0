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

/** What detach did not take signals, what it took does not (rules Q8, Q11). */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "left behind: it signals")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "taken along")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "left behind, and nobody is told")
@Outcome(id = "2, 1", expect = FORBIDDEN, desc = "taken along, and the signal is spent")
@State
public class BufferDetachAgainstAppend {
  private final Buffer<Integer> buffer = Buffer.unbounded(Parker.LOCK_SUPPORT);

  /** One item, not armed. */
  public BufferDetachAgainstAppend() {
    buffer.append(1);
  }

  /** Takes all. */
  @Actor
  public void consumer(II_Result result) {
    Run<Integer> run = Run.skipEmpty(buffer.detach());
    while (run != null) {
      run.take();
      result.r1++;
      run = Run.skipEmpty(run);
    }
  }

  /** Appends. */
  @Actor
  public void producer(II_Result result) {
    result.r2 = buffer.append(2) == Appended.SIGNAL ? 1 : 0;
  }
}
