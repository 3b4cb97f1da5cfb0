// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.spi.Managed;
import java.util.Optional;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A lane writes item, time and counts in release mode. Who looks meanwhile sees a run with its own
 * item, or none (W18); in the end all is counted (R8).
 */
@JCStressTest
@Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "no run seen")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "a run and its item")
@Outcome(expect = FORBIDDEN, desc = "another run's item, or a run not counted")
@State
public class LaneShowsItsRun {
  private static final long COUNT = (1L << 47) - 1;

  private final HandCarried host = new HandCarried(new JudgingParker());
  private final WorkCore core = HandPool.core(host);
  private int ran;

  /** The lane has two runs to do. */
  public LaneShowsItsRun() {
    new LockfreeWork(core, "1", () -> ran++).submit();
    new LockfreeWork(core, "2", () -> ran++).submit();
  }

  /** The lane. */
  @Actor
  public void lane() {
    host.drain();
  }

  /** The watchdog. */
  @Actor
  public void look(II_Result result) {
    Optional<Managed.Run> run = core.lanes.all().get(0).run(0);
    result.r1 = run.map(seen -> isItsOwn(seen) ? 1 : 2).orElse(0);
  }

  private static boolean isItsOwn(Managed.Run seen) {
    return Long.parseLong(seen.item()) == (seen.number() & COUNT);
  }

  /** What was called for comes. */
  @Arbiter
  public void end(II_Result result) {
    host.drainAll();
    Lane lane = core.lanes.all().get(0);
    result.r2 = lane.begun() == ran && core.counts.accepted() == ran ? (int) lane.completed() : -1;
  }
}
