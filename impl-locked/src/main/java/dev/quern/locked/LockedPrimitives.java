// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

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
import dev.quern.spi.Host;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import dev.quern.spi.Target;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Calls the constructors; what the primitives of one runtime share is made here. */
final class LockedPrimitives implements Primitives {
  private final Host host;

  /** The timers of this runtime's work queues, and whose item runs on a thread. */
  private final TimerWheel wheel;

  @SuppressWarnings("ThreadLocalUsage") // one a runtime: nothing is static (R10)
  private final ThreadLocal<@Nullable LockedWork> currentWork = new ThreadLocal<>();

  /** The workers of this runtime's pools: whose job runs on a thread. */
  private final Map<Thread, LockedWorker> workers = new ConcurrentHashMap<>();

  LockedPrimitives(Host host) {
    this.host = host;
    this.wheel = new TimerWheel(host);
  }

  @Override
  public <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty) {
    return new LockedQueue<>(host, spec, onNonEmpty);
  }

  @Override
  public <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    return LockedDaemonQueue.create(host, spec, handler, target);
  }

  @Override
  public ThreadPool newThreadPool(ThreadPoolSpec spec, UnaryOperator<Runnable> around) {
    return new LockedThreadPool(host, spec, true, workers, around);
  }

  @Override
  public PoolView newPoolView(PoolViewSpec spec, Pool base) {
    return new LockedPoolView(host, spec, base, workers);
  }

  @Override
  public TaskContext newTaskContext(TaskContextSpec spec) {
    return new LockedTaskContext(host, spec);
  }

  @Override
  public WorkQueue newWorkQueue(WorkQueueSpec spec) {
    return new LockedWorkQueue(
        host, spec, wheel, currentWork, (owner, pool) -> new LockedThreadPool(owner, pool, false));
  }

  @Override
  public <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    return new LockedKeyedWorkQueue<>(host, spec, handler, wheel);
  }

  @Override
  public Optional<Work> currentWork() {
    return Optional.ofNullable(currentWork.get());
  }

  @Override
  public Optional<Job> currentJob() {
    return Optional.ofNullable(LockedThreadPool.currentJob(workers));
  }
}
