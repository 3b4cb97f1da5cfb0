// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The word of a task: every answer is one that some order of the events explains. */
public class TaskLifeLincheck {
  private final Life life = new Life();
  private long placed; // the runner's

  private static final class Life extends TaskLife {}

  /** Whether it coalesced. */
  @Operation
  public boolean claim() {
    while (true) {
      long old = life.look();
      if (life.claim(old)) {
        return TaskLife.wasPending(old);
      }
    }
  }

  /** Whether a run was taken back. */
  @Operation
  public boolean remove() {
    return life.remove() >= 0;
  }

  /** Whether a run has begun. */
  @Operation(nonParallelGroup = "runner")
  public boolean begin() {
    if (placed != 0) {
      return false; // it is not the runner's turn
    }
    long pending = TaskLife.stamp(life.look());
    placed = life.begin(pending, true) ? pending : 0;
    return placed != 0;
  }

  /** The end of the run. */
  @Operation(nonParallelGroup = "runner")
  public void end() {
    if (placed != 0) {
      life.end();
      placed = 0;
    }
  }

  /** What a cancel that removes nothing answers. */
  @Operation
  public boolean isRunning() {
    return life.isRunning();
  }

  @Test
  public void eachAnswerIsExplained() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .iterations(8)
        .invocationsPerIteration(Interleavings.percentOf(300))
        .sequentialSpecification(Model.class)
        .check(TaskLifeLincheck.class);
  }

  /** The same, one event at a time. */
  public static class Model {
    private boolean pending;
    private boolean running;

    public boolean claim() {
      boolean was = pending;
      pending = true;
      return was;
    }

    public boolean remove() {
      boolean was = pending;
      pending = false;
      return was;
    }

    public boolean begin() {
      if (running || !pending) {
        return false;
      }
      running = true;
      pending = false;
      return true;
    }

    public void end() {
      running = false;
    }

    public boolean isRunning() {
      return running;
    }
  }
}
