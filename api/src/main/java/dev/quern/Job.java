// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

/**
 * A unit of work on a {@link ThreadPool}, made once and submitted any number of times. It never
 * runs beside itself, except that after {@link #done()} a new run may begin while the old body
 * leaves. Implemented by providers only.
 *
 * <p>A job made with an interlock: submit, cancel, cancelAndWait and done are called with it held,
 * else misuse (rule P5).
 *
 * <p>{@code close()} waits until no body refers to the job; called in its own body it takes effect
 * at the body's end (rule P7).
 */
public interface Job extends Primitive {
  /**
   * Asks for a run. Any thread; never waits. What the caller did before is visible to the run that
   * serves it.
   *
   * @return QUEUED if a run was added; COALESCED if one was waiting already or, with an interlock,
   *     if a run not yet done is in progress, which then looks again before its done; REFUSED while
   *     the job is being cancelled, or where a view has no room for one more. Rules P3, P4, P17,
   *     G2.
   */
  Submission submit();

  /**
   * As {@link #submit()}, waiting no longer than the limit for room in the job's view. Where there
   * is no bound it never waits. An interlock is given up while waiting and held again afterwards.
   *
   * @return REFUSED also when the limit passed; nothing has been done then
   * @throws InterruptedException if interrupted while waiting; nothing has been done
   * @throws MisuseException if it would wait inside the only run that could make room, or on the
   *     only worker of its pool
   * @throws ClosedException if the job or its view is closed, also meanwhile. Rules P17, G4, G6.
   */
  Submission submit(Duration limit) throws InterruptedException;

  /**
   * Ends the run in progress, for every rule but P7 and P8; by that run's body, once. Without it
   * the body's return ends the run. Never waits.
   *
   * @throws MisuseException from outside the run in progress, or a second time. Rule P5.
   */
  void done();

  /**
   * Takes the waiting run back. Any thread; never waits.
   *
   * @return REMOVED, RUNNING or IDLE. Rule P6.
   */
  Cancellation cancel();

  /**
   * Takes the waiting run back and waits until the job neither waits nor runs. Until then
   * submissions are refused, so that a job that submits itself ends, too. An interlock is given up
   * while waiting and held again afterwards.
   *
   * @return what cancel would have answered at the start
   * @throws InterruptedException if interrupted while waiting; the request stays in effect
   * @throws MisuseException in the job's own body, or on the only worker of its pool. Rules P6, W7,
   *     G3, G6.
   */
  Cancellation cancelAndWait() throws InterruptedException;

  /**
   * As {@link #cancelAndWait()}, waiting no longer than the limit.
   *
   * @return TIMED_OUT when the limit passed; the request stays in effect
   * @throws InterruptedException if interrupted while waiting; the request stays in effect. Rules
   *     P6, G4.
   */
  Cancellation cancelAndWait(Duration limit) throws InterruptedException;
}
