// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.ClosedException;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A pool as an ExecutorService (rule P14): a job for each task, the {@link Roster} for the view.
 */
final class PoolExecutor extends AbstractExecutorService implements View {
  private final ThreadPool pool;
  private final Roster<PoolTask> roster = new Roster<>();

  PoolExecutor(ThreadPool pool) {
    this.pool = pool;
  }

  Roster<PoolTask> roster() {
    return roster;
  }

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    PoolTask task = new PoolTask(this, command);
    boolean accepted = false;
    try {
      task.makeJob(pool); // first: a pool that is closed gives the cause
      accepted = roster.enter(task) && task.submit() != Submission.REFUSED;
    } catch (ClosedException closed) {
      throw rejected(task, closed);
    } finally {
      if (!accepted) {
        roster.leave(task);
      }
    }
    if (!accepted) {
      throw rejected(task, null);
    }
  }

  private RejectedExecutionException rejected(PoolTask task, @Nullable ClosedException cause) {
    String why = cause != null ? " is closed" : roster.isShut() ? " is shut down" : " refuses";
    return new RejectedExecutionException(this + why + ": " + task.label() + " is rejected", cause);
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new ViewFuture<>(task);
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T result) {
    return new ViewFuture<>(task, result);
  }

  @Override
  public void shutdown() {
    roster.shut();
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<PoolTask> left = roster.shutNow();
    left.forEach(PoolTask::withdrawn);
    return left.stream().map(PoolTask::command).toList();
  }

  @Override
  public void abandon() {
    for (Runnable command : shutdownNow()) {
      if (command instanceof Future<?> future) {
        future.cancel(false);
      }
    }
  }

  @Override
  public boolean isShutdown() {
    return roster.isShut();
  }

  @Override
  public boolean isTerminated() {
    return roster.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return roster.awaitTerminated(unit.toNanos(timeout));
  }

  @Override
  public String toString() {
    return "executor of " + pool + " (" + roster + ")";
  }
}
