// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

/**
 * Runs one {@link KeyHandler} for keys: a key is pending at most once, coalesces, and never runs
 * beside itself; different keys run in parallel, up to {@code maxActive}. The handler may ask for a
 * retry with exponential back-off, or for a run after a delay (rule W17). What controllers keep
 * their resources with. Implemented by providers only.
 *
 * <p>Keys are values: immutable, equal by {@code equals}, with a short {@code toString} by which
 * failures, {@code inspect()} and {@code close} name them. The queue remembers a key only while it
 * is pending, running, or waiting for a retry or a delay.
 *
 * <p>A key waits <i>delayed</i> because of {@link #schedule}, because its handler asked for a
 * retry, or because it asked for a run after a delay.
 *
 * <p>Any thread may call any method. {@code close()} removes the delayed keys, runs the queued ones
 * and ends the workers; from its start submissions throw, except from inside this queue's handler,
 * where they are refused. {@code close(Duration)} returns the keys, as text, that were removed or
 * left unfinished (rules W17, W22).
 *
 * @param <K> the type of the keys
 */
public interface KeyedWorkQueue<K> extends Primitive {
  /**
   * Asks for a run for that key as soon as possible. Never waits; a rate limit delays the run, not
   * the caller. A key that runs will run once more. One that is delayed, for whichever reason, is
   * queued at once in place of its wait.
   *
   * @return QUEUED; COALESCED if a run was pending, delayed or not; REFUSED while the key is being
   *     cancelled, and from inside the handler once the queue is closing
   * @throws ClosedException from the start of close. What the caller did before is visible to the
   *     run that serves it. Rules W17, G2, G11.
   */
  Submission submit(K key);

  /**
   * Asks for a run for that key no earlier than after the delay. Never waits. A queued key stays
   * queued; one delayed by this method keeps its deadline; for one that waits because its handler
   * wished so, the earlier of both deadlines counts. A delay of zero or less is {@link #submit}.
   *
   * @return as {@link #submit}
   * @throws ClosedException from the start of close. Rules W17, W4, G18.
   */
  Submission schedule(K key, Duration delay);

  /**
   * Takes the key's pending run back, delayed or queued, and forgets its back-off. Never waits;
   * allowed inside the handler. A run that goes on may still ask for a retry.
   *
   * @return REMOVED, RUNNING or IDLE. Rules W17, W6.
   */
  Cancellation cancel(K key);

  /**
   * Takes the key's pending run back and waits until it is neither pending nor running. Until that
   * instant submissions of the key are refused, and a retry that its run asks for is dropped; from
   * then on they are accepted. Run happens-before return.
   *
   * @return what cancel would have answered at the start
   * @throws InterruptedException if interrupted while waiting; the request stays in effect
   * @throws MisuseException inside the handler for that key, or inside the handler of a queue that
   *     runs one key at a time. Rules W17, W7, G3, G6.
   */
  Cancellation cancelAndWait(K key) throws InterruptedException;

  /**
   * As {@link #cancelAndWait(Object)}, waiting no longer than the limit.
   *
   * @return TIMED_OUT when the limit passed; the request stays in effect
   * @throws InterruptedException if interrupted while waiting; the request stays in effect. Rules
   *     W17, W7, G4.
   */
  Cancellation cancelAndWait(K key, Duration limit) throws InterruptedException;

  /**
   * Waits for all that is queued or running at the call; delayed keys are left alone, whatever they
   * wait for. Run happens-before return.
   *
   * @throws InterruptedException if interrupted while waiting
   * @throws MisuseException inside this queue's handler. Rules W17, W10, G3, G6.
   */
  void flush() throws InterruptedException;

  /**
   * As {@link #flush()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting. Rules W17, W10, G4.
   */
  boolean flush(Duration limit) throws InterruptedException;
}
