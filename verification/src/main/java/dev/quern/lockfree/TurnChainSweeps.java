// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.quern.Action;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Dead turns are dropped from a chain while its owner takes it: the owner finds the live ones, all
 * of them, in order.
 */
@JCStressTest
@Outcome(id = "24", expect = ACCEPTABLE, desc = "the live turns, the oldest first")
@Outcome(expect = FORBIDDEN, desc = "a live turn was lost, or the order")
@State
public class TurnChainSweeps {
  private final TurnChain chain = new TurnChain();
  private final LockfreeTask[] tasks = new LockfreeTask[6];
  private int swept;

  /** Six turns, of which the second and the fourth are alive. */
  public TurnChainSweeps() {
    LockfreeTaskContext context = new ContextStage(new JudgingParker()).newContext();
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = (LockfreeTask) context.newTask("task", (Action) () -> {});
      TaskTurn turn = tasks[i].claim();
      chain.push(turn);
      if (i != 1 && i != 3) {
        tasks[i].release(tasks[i].remove());
      }
    }
  }

  /** Drops what is dead. */
  @Actor
  public void sweeper() {
    chain.forEach(live -> swept++);
  }

  /** Takes all. */
  @Actor
  public void owner(I_Result result) {
    int found = 0;
    for (Turn turn = chain.takeAll(); turn != null; turn = turn.next) {
      int place = place(turn.begin());
      found = place == 0 ? found : found * 10 + place;
    }
    result.r1 = found;
  }

  private int place(Turn.@Nullable Run run) {
    for (int i = 0; i < tasks.length; i++) {
      if (tasks[i] == run) {
        return i + 1;
      }
    }
    return 0;
  }
}
