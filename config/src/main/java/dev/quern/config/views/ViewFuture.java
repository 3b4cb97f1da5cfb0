// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What submit and invokeAll make of a task: once cancelled, it does not stay in line. */
final class ViewFuture<V extends @Nullable Object> extends FutureTask<V> {
  private final Origin origin;
  private volatile @Nullable Runnable whenCancelled;

  ViewFuture(Callable<V> task) {
    super(task);
    this.origin = Origin.of(task);
  }

  ViewFuture(Runnable task, V result) {
    super(task, result);
    this.origin = Origin.of(task);
  }

  Origin origin() {
    return origin;
  }

  /** Before the task is submitted: what takes it back. */
  void whenCancelled(Runnable takeBack) {
    whenCancelled = takeBack;
  }

  @Override
  protected void done() {
    Runnable takeBack = whenCancelled;
    whenCancelled = null;
    if (takeBack != null && isCancelled()) {
      takeBack.run();
    }
  }
}
