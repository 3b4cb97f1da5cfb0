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

/** A restore has one instant: before it there is room for one, after it for none (rules Q1, Q9). */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first was in before the restore")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "full of what was restored")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "two accepted where one is the capacity")
@Outcome(
    id = "0, 1",
    expect = FORBIDDEN,
    desc = "refused for a restore, and then accepted beside it")
@State
public class RestoreAgainstOffers {
  private final Buffer<Integer> buffer = Buffer.bounded(1, false, Parker.LOCK_SUPPORT);
  private final Run<Integer> batch;

  /** One item detached, and room for one. */
  public RestoreAgainstOffers() {
    buffer.append(1);
    batch = buffer.detach();
  }

  /** Puts it back. */
  @Actor
  public void consumer() {
    buffer.restore(batch);
  }

  /** Tries twice. */
  @Actor
  public void producer(II_Result result) {
    result.r1 = buffer.append(2) == Appended.FULL ? 0 : 1;
    result.r2 = buffer.append(3) == Appended.FULL ? 0 : 1;
  }
}
