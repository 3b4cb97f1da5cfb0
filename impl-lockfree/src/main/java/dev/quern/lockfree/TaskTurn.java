// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The turn of one run of a task. The task keeps one for itself and uses it again once it is out of
 * the chain; see {@link TaskLife} for what makes that safe.
 */
final class TaskTurn extends Turn {
  private static final VarHandle STAMP =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "stamp", VarHandle.class, TaskTurn.class, long.class);

  private final boolean counts;
  private volatile @Nullable LockfreeTask task; // null once the run was taken back

  @SuppressWarnings("unused") // through STAMP
  private long stamp;

  /**
   * @param counts false for a second turn of one run
   */
  TaskTurn(LockfreeTask task, boolean counts) {
    this.task = task;
    this.counts = counts;
  }

  /** By who claimed the run, before the push, which publishes it to the runner. */
  TaskTurn forRunOpaque(long run) {
    STAMP.setOpaque(this, run);
    return this;
  }

  /** The number of the run it was placed for. */
  long stampOpaque() {
    return (long) STAMP.getOpaque(this);
  }

  /**
   * That run was taken back: lets go of the task. A turn with its stamp serves no other run, since
   * only a run that begins makes a turn free to be used again.
   */
  void release(long run) {
    if (stampOpaque() == run) {
      task = null;
    }
  }

  @Override
  boolean counts() {
    return counts;
  }

  @Override
  @Nullable Run begin() {
    LockfreeTask ours = task;
    long run = stampOpaque(); // once it has begun, the turn may be another run's
    if (ours == null || !ours.begin(run, ours.isOwn(this))) {
      return null;
    }
    ours.began(run);
    return ours;
  }

  @Override
  void drop() {
    LockfreeTask ours = task;
    long run = stampOpaque();
    if (ours != null && ours.remove(run)) {
      ours.forget(run);
    }
  }

  /**
   * Also if it was pushed after its run was taken back, by a claimer that had slept. It has its
   * stamp until it begins, and a run that is pending no more never is again.
   */
  @Override
  boolean isDead() {
    LockfreeTask ours = task;
    return ours == null || !ours.isPending(stampOpaque());
  }

  @Override
  @Nullable String item() {
    LockfreeTask ours = task;
    return ours == null ? null : ours.name();
  }
}
