// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The factory of one runtime's primitives. The runtime has already checked arguments and names and
 * merged the configuration: every option of a spec is set, but those for which absence is a value
 * (a queue's capacity, a daemon queue's pool and priority, a context's pool, a keyed queue's rate).
 *
 * <p>Everything returned also implements {@link Managed}. A factory method that fails leaves
 * nothing behind. A thread that cannot be created is an {@link IllegalStateException} with the
 * {@link CannotStartThreadException}'s cause as its cause (rules D16, P15).
 */
public interface Primitives {
  <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty);

  /**
   * A daemon queue. Its kind follows from the arguments: a target, else {@code spec.pool()}, else a
   * thread of its own.
   *
   * @param target the parent, made by this same factory, or null
   */
  <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable DaemonQueue<?> target);

  /**
   * A pool by itself: sharing by name and counting of handles are the runtime's. Its {@code close}
   * lets scheduled jobs run and ends every worker and the overseer (rule P1).
   */
  ThreadPool newThreadPool(ThreadPoolSpec spec);

  TaskContext newTaskContext(TaskContextSpec spec);

  WorkQueue newWorkQueue(WorkQueueSpec spec);

  /**
   * A keyed work queue. Keys are values, and the handler is given here, once: nothing that is
   * submitted carries code (rule W17).
   */
  <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler);

  /** The item of one of this factory's work queues that runs on the calling thread (rule W11). */
  Optional<Work> currentWork();

  /** The job of one of this factory's pools that runs on the calling thread (rule P16). */
  Optional<Job> currentJob();
}
