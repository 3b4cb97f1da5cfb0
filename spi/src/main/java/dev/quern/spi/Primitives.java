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
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The factory of one runtime's primitives, or of those that settings give to this provider (rule
 * R5). The runtime has already checked arguments and names and merged the configuration: every
 * option of a spec is set, but those for which absence is a value (a capacity, a daemon queue's
 * pool and priority, a context's pool, a work queue's pool, a keyed queue's rate).
 *
 * <p>Everything returned also implements {@link Managed}, and a daemon queue {@link Target}. A
 * factory method that fails leaves nothing behind. A thread that cannot be created is an {@link
 * IllegalStateException} with the {@link CannotStartThreadException}'s cause as its cause (rules
 * D16, P15).
 */
public interface Primitives {
  <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty);

  /**
   * A daemon queue. Its kind follows from the arguments: a target, else {@code spec.pool()}, else a
   * thread of its own.
   *
   * @param target the parent, perhaps of another provider (rule R5), or null
   */
  <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target);

  /**
   * A pool by itself: sharing by name and counting of handles are the runtime's. Its {@code close}
   * lets scheduled jobs run and ends every worker and the overseer (rule P1).
   *
   * @param workers goes around what each worker runs, once, from its start to its end, but not
   *     around the overseer: how a worker is bound to a CPU (rule P12)
   */
  ThreadPool newThreadPool(ThreadPoolSpec spec, UnaryOperator<Runnable> workers);

  /**
   * A view of the pool behind that handle, which is the view's from now on, and given back at its
   * end (rule P17); if this throws, it is still the caller's. A view of a view is refused by the
   * provider, whose pools, too, are asked for views by the runtime only.
   */
  PoolView newPoolView(PoolViewSpec spec, Pool base);

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
