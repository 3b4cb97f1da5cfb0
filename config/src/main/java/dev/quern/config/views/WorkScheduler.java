// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.ClosedException;
import dev.quern.Submission;
import dev.quern.WorkQueue;
import dev.quern.spi.Host;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A work queue as a ScheduledExecutorService (rule W19): a {@link ScheduledTask} with an item of
 * its own for each task, the {@link Roster} for the view.
 *
 * <p>After shutdown delayed tasks run yet and periodic ones are cancelled, which is what a
 * ScheduledThreadPoolExecutor does unless told otherwise.
 */
final class WorkScheduler extends AbstractExecutorService
    implements ScheduledExecutorService, View {
  /** What rule G18 makes of a longer delay. */
  private static final long CENTURY = TimeUnit.DAYS.toNanos(36_525);

  private final WorkQueue queue;
  private final Host host;
  private final Roster<ScheduledTask<?>> roster = new Roster<>();
  private final AtomicLong sequence = new AtomicLong();

  WorkScheduler(WorkQueue queue, Host host) {
    this.queue = queue;
    this.host = host;
  }

  WorkQueue queue() {
    return queue;
  }

  Roster<ScheduledTask<?>> roster() {
    return roster;
  }

  long nanoTime() {
    return host.nanoTime();
  }

  // ---- Submissions

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    ScheduledTask<?> task = task(command, Executors.callable(command), 0, 0).reporting();
    if (command instanceof ViewFuture<?> future) {
      future.whenCancelled(() -> task.cancel(false));
    }
    enter(task);
  }

  @Override
  public <V extends @Nullable Object> ScheduledFuture<V> submit(Callable<V> task) {
    Objects.requireNonNull(task, "task");
    return accept(task(task, task, 0, 0));
  }

  @Override
  public <V extends @Nullable Object> ScheduledFuture<V> submit(Runnable task, V result) {
    Objects.requireNonNull(task, "task");
    return accept(task(task, Executors.callable(task, result), 0, 0));
  }

  @Override
  public ScheduledFuture<?> submit(Runnable task) {
    Objects.requireNonNull(task, "task");
    return accept(task(task, Executors.callable(task), 0, 0));
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Objects.requireNonNull(command, "command");
    return accept(task(command, Executors.callable(command), nanos(delay, unit), 0));
  }

  @Override
  public <V extends @Nullable Object> ScheduledFuture<V> schedule(
      Callable<V> callable, long delay, TimeUnit unit) {
    Objects.requireNonNull(callable, "callable");
    return accept(task(callable, callable, nanos(delay, unit), 0));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    Objects.requireNonNull(command, "command");
    long first = nanos(initialDelay, unit);
    long step = nanos(positive("period", period), unit);
    return accept(task(command, Executors.callable(command), first, step));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Objects.requireNonNull(command, "command");
    long first = nanos(initialDelay, unit);
    long step = nanos(positive("delay", delay), unit);
    return accept(task(command, Executors.callable(command), first, -step));
  }

  private <V extends @Nullable Object> ScheduledTask<V> task(
      Object origin, Callable<V> code, long delay, long period) {
    return new ScheduledTask<>(
        this, Origin.of(origin), code, nanoTime() + delay, period, sequence.getAndIncrement());
  }

  private <T extends ScheduledTask<?>> T accept(T task) {
    enter(task);
    return task;
  }

  private void enter(ScheduledTask<?> task) {
    boolean accepted = false;
    try {
      task.makeItem(); // first: a queue that is closed gives the cause
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

  private RejectedExecutionException rejected(
      ScheduledTask<?> task, @Nullable ClosedException cause) {
    String why = cause != null ? " is closed" : roster.isShut() ? " is shut down" : " refuses";
    return new RejectedExecutionException(this + why + ": " + task.label() + " is rejected", cause);
  }

  private static long nanos(long delay, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    return Math.max(0, Math.min(unit.toNanos(delay), CENTURY));
  }

  private static long positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " is " + value + ", must be 1 or more");
    }
    return value;
  }

  // ---- What invokeAll and invokeAny need

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new ViewFuture<>(task);
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T result) {
    return new ViewFuture<>(task, result);
  }

  // ---- The end

  @Override
  public void shutdown() {
    for (ScheduledTask<?> pending : roster.shut()) {
      if (pending.isPeriodic()) {
        pending.cancel(false);
      }
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<ScheduledTask<?>> left = roster.shutNow();
    left.forEach(ScheduledTask::withdrawn);
    return List.copyOf(left);
  }

  @Override
  public void abandon() {
    for (Runnable left : shutdownNow()) {
      ((Future<?>) left).cancel(false);
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
    return "scheduled executor of " + queue + " (" + roster + ")";
  }
}
