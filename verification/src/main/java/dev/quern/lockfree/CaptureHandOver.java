// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Action;
import dev.quern.spi.Parker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Of two submissions that race for one run the run finds the capture of the one whose step made it
 * pending, and nothing stays behind (rule G21).
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the capture of who won")
@Outcome(id = "0, .", expect = FORBIDDEN, desc = "the capture of who coalesced")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a capture is kept")
@State
public class CaptureHandOver {
  private final JobState job = new JobState();
  private final CapturedRuns captures = new CapturedRuns(run -> run, Parker.LOCK_SUPPORT);
  private final Action first = () -> {};
  private final Action second = () -> {};
  private volatile Action winner;

  private void submit(Action run) {
    while (true) {
      long old = job.word();
      long added = JobState.added(old);
      if (added == JobState.NO_RUN) {
        return;
      }
      CapturedRuns.Entry entry = captures.enter(added, run);
      if (job.tryAsk(old, true)) {
        winner = run;
        captures.won(entry);
        return;
      }
      captures.lost(entry);
    }
  }

  /** A submitter. */
  @Actor
  public void one() {
    submit(first);
  }

  /** Another, which then begins the run, whosever it is. */
  @Actor
  public void otherAndRun(II_Result result) {
    submit(second);
    result.r1 = captures.take(JobState.stamp(job.word())) == winner ? 1 : 0;
  }

  /** Afterwards. */
  @Arbiter
  public void look(II_Result result) {
    result.r2 = captures.isEmpty() ? 0 : 1;
  }
}
