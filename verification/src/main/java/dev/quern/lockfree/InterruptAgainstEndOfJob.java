// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * As {@link InterruptAgainstEnd}, where the end is told by a release store and then the step of
 * another word, as a pool's worker does: the job's word orders the two.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "in time, and cleared; or too late, and not made")
@Outcome(id = "1", expect = FORBIDDEN, desc = "made after the thread had cleared its flag")
@State
public class InterruptAgainstEndOfJob {
  private final InterruptPin pin = new InterruptPin();
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final JobState job = new JobState();
  private volatile boolean cleared;
  private volatile boolean late;

  /** Stands for the thread that runs: its interrupt is told by the flag that was cleared then. */
  private final class Runner extends Thread {
    @Override
    public void interrupt() {
      late |= cleared;
    }
  }

  private final Thread runner = new Runner();

  /** A run goes on. */
  public InterruptAgainstEndOfJob() {
    job.begin(job.place(job.ask()));
  }

  /** Who closes the runtime. */
  @Actor
  public void interrupter() {
    pin.interrupt(runner, running::get);
  }

  /** The thread, at the end of its run. */
  @Actor
  public void end() {
    running.setRelease(false);
    job.endBody(true, true);
    pin.endRun();
    cleared = true;
  }

  /** Afterwards. */
  @Arbiter
  public void look(I_Result result) {
    result.r1 = late ? 1 : 0;
  }
}
