// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

/**
 * A limited view of a {@link ThreadPool}: a pool of its own to those who use it, with its own bound
 * on how many jobs run at once, its own room, flush, pause and close, on the workers of a pool that
 * it shares with others. Implemented by providers only.
 *
 * <p>At most {@code maxActive} of its jobs run at once, first in, first out, and it never occupies
 * more workers of the pool than that, nor makes the pool start more for it. After a few jobs a
 * worker goes back to the pool, so that others have their turn. Views know nothing of each other.
 *
 * <p>With a capacity, a submission that would add a run while so many wait is REFUSED, or waits:
 * {@link Job#submit(Duration)}. One that coalesces, or whose run follows one in progress, is not.
 *
 * <p>{@code close()} closes the jobs made through the view, lets those that wait run, and returns
 * when they have ended; the pool lives on. There is no view of a view. Rule P17.
 */
public interface PoolView extends ThreadPool {
  /**
   * Waits for all that waits or runs at the call.
   *
   * @throws InterruptedException if interrupted while waiting
   * @throws MisuseException from inside one of this view's jobs, or on the only worker of its pool.
   *     Rules P17, G3, G6.
   */
  void flush() throws InterruptedException;

  /**
   * As {@link #flush()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting. Rules P17, G4.
   */
  boolean flush(Duration limit) throws InterruptedException;

  /**
   * Begins no more jobs until as many {@link #resume()}s have followed; what a worker has taken
   * already runs. Jobs are still accepted. Any thread; never waits. After close: no effect. Rule
   * P17.
   */
  void pause();

  /**
   * As {@link #pause()}, and waits until no job of this view runs; what the jobs did is then
   * visible.
   *
   * @throws InterruptedException if interrupted while waiting; the view stays paused
   * @throws MisuseException from inside one of this view's jobs, or on the only worker of its pool.
   *     Rules P17, G3, G6.
   */
  void pauseAndWait() throws InterruptedException;

  /**
   * As {@link #pauseAndWait()}, waiting no longer than the limit.
   *
   * @return false when the limit passed; the view stays paused
   * @throws InterruptedException if interrupted while waiting; the view stays paused. Rules P17,
   *     G4, G6.
   */
  boolean pauseAndWait(Duration limit) throws InterruptedException;

  /**
   * Takes back one pause; the last one lets what waits run. Any thread; never waits. After close,
   * which ends every pause: no effect.
   *
   * @throws MisuseException if the view is not paused. Rule P17.
   */
  void resume();
}
