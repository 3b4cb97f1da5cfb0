// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Queue;
import dev.quern.ThreadPool;
import dev.quern.WorkQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Makes what a primitive shows to code written for {@code java.util.concurrent} (rules P14, W19,
 * Q15). A view uses the primitive as any program does, so it is the same for every provider.
 */
public interface Views {
  /** A view of its own for each call. */
  ExecutorService executor(ThreadPool pool);

  /**
   * A view of its own for each call. Once the queue has {@linkplain Host#ended ended} it cancels
   * what it still has.
   *
   * @param host whose clock the deadlines are on
   */
  ScheduledExecutorService scheduledExecutor(WorkQueue queue, Host host);

  /**
   * The view of that queue: to be made once, since it makes one consumer of many threads.
   *
   * @throws dev.quern.MisuseException if the queue is bounded and its producers cannot wait
   */
  <E> BlockingQueue<E> blockingQueue(Queue<E> queue, QueueInside<E> inside);
}
