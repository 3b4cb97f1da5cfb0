// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

/**
 * A queue that brings its consumer, the drainer. The handler is run for one item at a time, in
 * order (rule D1), on a thread of the queue's own, on a pool, or in the drain of another daemon
 * queue, its target (rule D2). After XNU's daemon queues. Implemented by providers only.
 *
 * <p>Wake-ups coalesce: only an append to an empty queue may wake the drainer (rule D3). A batch
 * ends, and {@link Handler#batchEnd()} runs, when the drainer finds the queue empty, has handled
 * {@code maxBatch} items, or the queue is paused or closed (rule D4). One drain happens-before the
 * next (rule G3).
 *
 * <p>{@code close()} is what XNU calls cancel and wait: it returns when every item accepted before
 * it was handled and the last batch ended, activates the queue if need be and ends every pause; the
 * handler never runs again (rules D6, D7). Closing the target of live queues is misuse.
 *
 * @param <E> the items; null is not one
 */
public interface DaemonQueue<E> extends Inlet<E> {
  /**
   * Lets a queue that was made inactive run, waking its drainer once if items wait. Again: no
   * change. Any thread; never waits. Rule D5.
   */
  void activate();

  /**
   * Asks the drainer to stop; at most one more handler call begins. Items are still accepted.
   * Pauses nest. A paused target begins no child's turn. Any thread; never waits. After close: no
   * effect. Rule D13.
   */
  void pause();

  /**
   * As {@link #pause()}, and waits until no handler call is going on; what the handler did is then
   * visible.
   *
   * @throws InterruptedException if interrupted while waiting; the queue stays paused
   * @throws MisuseException from inside this queue or an executor that it needs. Rules D13, G3, G6.
   */
  void pauseAndWait() throws InterruptedException;

  /**
   * As {@link #pauseAndWait()}, waiting no longer than the limit.
   *
   * @return false when the limit passed; the queue stays paused
   * @throws InterruptedException if interrupted while waiting; the queue stays paused. Rules D13,
   *     G4, G6.
   */
  boolean pauseAndWait(Duration limit) throws InterruptedException;

  /**
   * Takes back one pause; the last one lets the drainer run. Any thread; never waits. After close:
   * no effect.
   *
   * @throws MisuseException if the queue is not paused. Rule D13.
   */
  void resume();

  /**
   * Waits until everything accepted before the call was handled and that batch ended. Any thread
   * outside this queue and the executors it needs, else misuse.
   *
   * @throws InterruptedException if interrupted while waiting. Rules D17, G3, G6.
   */
  void flush() throws InterruptedException;

  /**
   * As {@link #flush()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting. Rules D17, G4.
   */
  boolean flush(Duration limit) throws InterruptedException;

  /**
   * Closes without handling what waits: the handler call in progress ends, then the batch, and the
   * rest is handed back. May follow a {@code close} that still waits, and cuts it short. Waits for
   * the handler call, and is not interruptible.
   *
   * @return the items not handled, in order. Rules D11, G4.
   */
  List<E> closeNow();

  /**
   * Makes a daemon queue that is drained in this one's drain: never beside it nor beside its other
   * children. A child's turn is a batch of the child and takes no room here. Any thread; never
   * waits.
   *
   * @param spec without pool, priority or waiting: these are the target's
   * @throws ClosedException if this queue is closed. Rules D2, D9, D10.
   */
  <C> DaemonQueue<C> newChild(DaemonQueueSpec spec, Handler<? super C> handler);
}
