// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many producers, one consumer, first in, first out; bounded to exactly the capacity asked for, or
 * unbounded. After NetBSD's pcq(9) and XNU's mpsc_queue. Implemented by providers only.
 *
 * <p>The methods declared here are the consumer side: for one thread at a time. The role may move
 * between threads as long as something orders them (a lock, a task context). With {@code
 * quern.checks} on, a second thread inside it, or a call of it from inside itself, is misuse (rule
 * Q7).
 *
 * <p>{@code close} drops nothing: producers get {@link ClosedException}, the consumer goes on until
 * the queue is empty (rule Q16).
 *
 * @param <E> the items; null is not one
 */
public interface Queue<E> extends Inlet<E> {
  /**
   * Takes the first item. Consumer only. Null only when the queue was empty at some instant of the
   * call; for an append that has its place and no item yet it waits that moment. Arms the non-empty
   * signal when it answers null.
   *
   * @return the item, or null if there was none. Rules Q4, Q6, Q11.
   */
  @Nullable E poll();

  /**
   * Takes the first item, waiting for one no longer than the limit. Consumer only. Arms the
   * non-empty signal when it begins to wait.
   *
   * @return the item, or null when the limit passed
   * @throws InterruptedException if interrupted while waiting; nothing was taken
   * @throws ClosedException if the queue is closed and empty. Rules Q11, Q12, Q16.
   */
  @Nullable E poll(Duration limit) throws InterruptedException;

  /**
   * Takes the first item, waiting for one. Consumer only. A parked consumer costs no CPU.
   *
   * @throws InterruptedException if interrupted while waiting; nothing was taken
   * @throws ClosedException if the queue is closed and empty. Rules Q11, Q12, Q16.
   */
  E take() throws InterruptedException;

  /**
   * What the next {@link #poll()} returns, left where it is. Consumer only; never waits. Rule Q5.
   */
  @Nullable E peek();

  /**
   * Takes up to {@code limit} items and hands them to the sink, one after the other, on this
   * thread. Consumer only; does not wait for items. If the sink throws, the item it threw on is
   * taken and no other, and the throwable reaches the caller.
   *
   * @param limit zero or more
   * @return how many were taken; fewer than the limit arms the non-empty signal. Rules Q11, Q14.
   */
  int drainTo(Consumer<? super E> sink, int limit);

  /**
   * Takes, in order, all that was queued at one instant of the call; never a part of an {@link
   * #offerAll}. Consumer only; does not wait for items. On a bounded queue the room is free when it
   * returns. Arms the non-empty signal.
   *
   * @return the items, to be walked once, by one thread, outside the consumer role if it likes.
   *     Rule Q8.
   */
  Batch<E> detach();

  /**
   * Puts back what of the batch was not walked, in front of everything, in its order. Consumer
   * only; never waits; always succeeds, also above the capacity: offers then fail until the size is
   * below it. Runs no signal.
   *
   * @throws MisuseException if the batch was restored already, or came from another queue. Rules
   *     Q8, Q9.
   */
  void restore(Batch<E> batch);

  /**
   * The queue as a {@link BlockingQueue}, the same one each time. Any thread; never waits. Any
   * number of threads may use the view, and while they do it is the consumer: whoever calls the
   * consumer's side of the queue itself must be ordered with all of them.
   *
   * <p>{@code offer}, {@code put} and {@code add} are those of this queue. Iterators, {@code
   * contains}, {@code toArray} and the bulk operations see what was queued at one instant, without
   * holding up anybody; {@code iterator().remove()} does nothing to an item that has gone
   * meanwhile. {@code drainTo} takes no more than was queued when it began; an item that the
   * collection throws on is taken and no other. What the queue closes is closed for the view, too:
   * producers get {@link ClosedException}, consumers go on until it is empty, then {@code take} and
   * timed {@code poll} throw it.
   *
   * @throws MisuseException if the queue is bounded and was made without {@code producersWait}.
   *     Rules Q15, Q16, G2.
   */
  BlockingQueue<E> asBlockingQueue();
}
