// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Job;
import dev.quern.PoolViewSpec;
import java.util.concurrent.ConcurrentHashMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A job submitted to a view as its only worker leaves is served (P17). */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both ran")
@Outcome(expect = FORBIDDEN, desc = "nobody comes, or a fault")
@State
public class ViewWorkerLeaves {
  private final HandCarried host = new HandCarried(new JudgingParker());
  private final LockfreePoolView view =
      new LockfreePoolView(
          host, PoolViewSpec.named("view").maxActive(1), host, new ConcurrentHashMap<>());
  private int ran;
  private final Job first = view.newJob("first", () -> ran++);
  private final Job second = view.newJob("second", () -> ran++);

  /** The worker has something to do. */
  public ViewWorkerLeaves() {
    first.submit();
  }

  /** The base's worker. */
  @Actor
  public void worker() {
    host.drain();
  }

  /** Submits. */
  @Actor
  public void submit() {
    second.submit();
  }

  /** What was called for comes. */
  @Arbiter
  public void end(I_Result result) {
    host.drainAll();
    result.r1 = host.fault() == null ? ran : -1;
  }
}
