// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

/**
 * An item of a {@link WorkQueue}: made once, submitted any number of times. It is pending at most
 * once, coalesces, and never runs beside itself (rules W1, W2, W3). After Linux's work_struct and
 * delayed_work. Implemented by providers only.
 *
 * <p>Any thread may call any method. Submissions answer QUEUED if a run was added, COALESCED if one
 * was pending, REFUSED while the item is disabled or being cancelled, its queue is being drained or
 * has no room (rule W25). What the caller did before is visible to the run that serves it (rule
 * G2).
 *
 * <p>{@code close()} removes a delayed run, lets a queued one run, and then every submission
 * throws; in the item's own body it is misuse (rules W23, W24).
 */
public interface Work extends Primitive {
  /**
   * Asks for a run as soon as possible. Never waits. An item that runs will run once more. One that
   * is delayed keeps its deadline: {@link #flush()} or {@code reschedule(Duration.ZERO)} hurry it.
   * Rule W2.
   */
  Submission submit();

  /**
   * As {@link #submit()}, waiting no longer than the limit for room in the queue. On a queue
   * without a capacity it never waits.
   *
   * @return REFUSED also when the limit passed; nothing has been done then
   * @throws InterruptedException if interrupted while waiting; nothing has been done
   * @throws MisuseException if it would wait inside the only run that could make room, or on the
   *     only worker of the queue's pool
   * @throws ClosedException if the item or its queue is closed, also meanwhile. Rules W25, G4, G6.
   */
  Submission submit(Duration limit) throws InterruptedException;

  /**
   * Asks for a run no earlier than after the delay. Never waits. A pending item keeps its deadline
   * (COALESCED); a delay of zero or less is {@link #submit()}. Rules W4, G18.
   */
  Submission schedule(Duration delay);

  /**
   * As {@link #schedule}, with a deadline on {@link System#nanoTime()}'s scale. Never waits. Rule
   * W4.
   */
  Submission scheduleAt(long nanoTime);

  /**
   * Moves the deadline: a pending item becomes delayed with the new one, in one step (COALESCED);
   * one that is not pending is scheduled (QUEUED). Never waits. A delay of zero lets a queued item
   * keep its place. Rules W5, G18.
   */
  Submission reschedule(Duration delay);

  /**
   * As {@link #reschedule}, with a deadline on {@link System#nanoTime()}'s scale. Never waits. Rule
   * W5.
   */
  Submission rescheduleAt(long nanoTime);

  /**
   * Takes the pending run back. Never waits; allowed in the item's own body.
   *
   * @return REMOVED, RUNNING or IDLE. Rules W6, W23.
   */
  Cancellation cancel();

  /**
   * Takes the pending run back and waits until the item is neither pending nor running. Until that
   * instant submissions are refused, so that an item that submits itself ends, too; from then on
   * they are accepted.
   *
   * @return what cancel would have answered at the start
   * @throws InterruptedException if interrupted while waiting; the request stays in effect
   * @throws MisuseException in the item's own body, or inside another item of a queue that runs one
   *     at a time. Rules W7, G3, G6, W23.
   */
  Cancellation cancelAndWait() throws InterruptedException;

  /**
   * As {@link #cancelAndWait()}, waiting no longer than the limit.
   *
   * @return TIMED_OUT when the limit passed; the request stays in effect
   * @throws InterruptedException if interrupted while waiting; the request stays in effect. Rules
   *     W7, G4.
   */
  Cancellation cancelAndWait(Duration limit) throws InterruptedException;

  /**
   * Waits for the run that serves the last submission before the call, not for later ones; a
   * delayed item is queued at once. Returns when that run has ended or was taken away, and at once
   * when idle.
   *
   * @throws InterruptedException if interrupted while waiting; an item that was hurried stays
   *     hurried
   * @throws MisuseException in the item's own body, or inside another item of a queue that runs one
   *     at a time. Rules W8, G3, G6.
   */
  void flush() throws InterruptedException;

  /**
   * As {@link #flush()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting; an item that was hurried stays
   *     hurried. Rules W8, G4.
   */
  boolean flush(Duration limit) throws InterruptedException;

  /**
   * Takes the pending run back and refuses submissions until as many {@link #enable()}s have
   * followed. Never waits; allowed in the item's own body.
   *
   * @return as {@link #cancel()}. Rules W16, W23.
   */
  Cancellation disable();

  /**
   * As {@link #disable()}, and waits for the run in progress.
   *
   * @throws InterruptedException if interrupted while waiting; the item stays disabled
   * @throws MisuseException as {@link #cancelAndWait()}. Rules W16, G3, G6, W23.
   */
  Cancellation disableAndWait() throws InterruptedException;

  /**
   * As {@link #disableAndWait()}, waiting no longer than the limit.
   *
   * @return TIMED_OUT when the limit passed; the item stays disabled
   * @throws InterruptedException if interrupted while waiting; the item stays disabled. Rules W16,
   *     G4.
   */
  Cancellation disableAndWait(Duration limit) throws InterruptedException;

  /**
   * Takes back one disable; brings no run back. Never waits. After close: no effect.
   *
   * @throws MisuseException if the item is not disabled. Rule W16.
   */
  void enable();

  /**
   * Whether a run is pending, delayed or queued; not while it is being cancelled. Never waits. Rule
   * W9.
   */
  boolean isPending();

  /** Whether a run is pending or going on. Never waits. Rule W9. */
  boolean isBusy();

  /**
   * Whether a cancelAndWait, disableAndWait or close waits for the run going on, so that its body
   * may leave early. Never waits. Rule W21.
   */
  boolean isCancelling();
}
