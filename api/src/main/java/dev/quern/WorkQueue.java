// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Runs {@link Work items}, at most {@code maxActive} at once, or one at a time in order. An item
 * that may not run yet holds up no other (rule W12). After Linux's workqueue. Implemented by
 * providers only.
 *
 * <p>Its workers are its own, or those of a shared pool that its spec names. With a capacity a
 * submission that finds no room is refused, or waits: {@link Work#submit(Duration)} (rule W25).
 *
 * <p>{@code close()} removes the delayed items, runs the queued ones and ends the workers; from its
 * start submissions throw, except by this queue's own running items, which are refused. {@code
 * close(Duration)} returns the names of what was removed and of what still ran (rule W22).
 */
public interface WorkQueue extends Primitive {
  /**
   * Makes an item of this queue. Any thread; never waits.
   *
   * @param name a label, not blank, up to 200 characters. Rules W1, G14.
   */
  Work newWork(String name, Action body);

  /**
   * As {@link #newWork(String, Action)}, for a body that needs the item itself. Any thread; never
   * waits. Rule W1.
   */
  Work newWork(String name, Body<Work> body);

  /**
   * Waits for all that is queued or running at the call; delayed items are left alone.
   *
   * @throws InterruptedException if interrupted while waiting
   * @throws MisuseException from inside one of this queue's items. Rules W10, G3, G6.
   */
  void flush() throws InterruptedException;

  /**
   * As {@link #flush()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting. Rules W10, G4.
   */
  boolean flush(Duration limit) throws InterruptedException;

  /**
   * Refuses submissions, except those of its own running items, until at one instant nothing is
   * queued or running; then accepts again. Delayed items keep their deadlines; one that comes due
   * meanwhile is run. Drains nest.
   *
   * @throws InterruptedException if interrupted while waiting; this drain is withdrawn
   * @throws MisuseException from inside one of this queue's items. Rules W10, G3, G6.
   */
  void drain() throws InterruptedException;

  /**
   * As {@link #drain()}, waiting no longer than the limit.
   *
   * @return false when the limit passed and the drain was withdrawn
   * @throws InterruptedException if interrupted while waiting; this drain is withdrawn. Rules W10,
   *     G4.
   */
  boolean drain(Duration limit) throws InterruptedException;

  /**
   * A view of the queue as a {@link ScheduledExecutorService}, a new one each time, independent of
   * others. Any thread; never waits. Each task is an item of this queue, named after the task's
   * class: {@code maxActive} and the order of an ordered queue hold for tasks and items alike.
   *
   * <p>A periodic task that throws ends its series, as the contract has it, and is reported (rule
   * G5); so is what a task passed to {@code execute} throws. At a fixed rate runs that are late are
   * caught up with, one after the other. A cancelled task is removed at once. A delay above 100
   * years counts as 100 years.
   *
   * <p>{@code shutdown} ends the view, never the queue: delayed tasks still run, periodic ones are
   * cancelled. {@code shutdownNow} interrupts the running tasks of this view and returns the others
   * as the futures that were given for them. Closing the queue cancels what is delayed, and once
   * that close has finished the view is terminated. While the queue is drained, and after it is
   * closed, a task is rejected with {@link java.util.concurrent.RejectedExecutionException}.
   *
   * @throws ClosedException if the queue is closed. Rules W19, W10, W22, G2, G18.
   */
  ScheduledExecutorService asScheduledExecutorService();

  /**
   * Begins no more items until as many {@link #resume()}s have followed; what a worker has taken
   * already runs. Items are still accepted. Any thread; never waits. After close: no effect. Rule
   * W25.
   *
   * @throws MisuseException on a queue that the system owns
   */
  void pause();

  /**
   * As {@link #pause()}, and waits until no item runs; what the items did is then visible.
   *
   * @throws InterruptedException if interrupted while waiting; the queue stays paused
   * @throws MisuseException from inside one of this queue's items, or on a queue that the system
   *     owns. Rules W25, G3, G6.
   */
  void pauseAndWait() throws InterruptedException;

  /**
   * As {@link #pauseAndWait()}, waiting no longer than the limit.
   *
   * @return false when the limit passed; the queue stays paused
   * @throws InterruptedException if interrupted while waiting; the queue stays paused. Rules W25,
   *     G4, G6.
   */
  boolean pauseAndWait(Duration limit) throws InterruptedException;

  /**
   * Takes back one pause; the last one lets what is queued run. Any thread; never waits. After
   * close, which ends every pause: no effect.
   *
   * @throws MisuseException if the queue is not paused. Rule W25.
   */
  void resume();
}
