// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a caller did before its submission coalesced is visible to the run that it coalesced into
 * (rule G2). Coalescing writes the entry's state, though it does not change it.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "coalesced, and the run saw it")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "came after the run began: one more run follows")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "came after the run began, and was seen anyway")
@Outcome(expect = FORBIDDEN, desc = "coalesced into a run that does not see it")
@State
public class KeyVisibility {
  private final KeyEntry<String> entry = new KeyEntry<>("key", KeyState.QUEUED, (timed, now) -> {});
  private int written;

  /** Writes, then submits: 2 is coalesced, 0 is a new run. */
  @Actor
  public void submit(II_Result result) {
    written = 1;
    result.r1 = entry.step(KeyState::submitted).isPending() ? 2 : 0;
  }

  /** A lane. */
  @Actor
  public void run(II_Result result) {
    entry.begin();
    result.r2 = written;
  }
}
