// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

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
final class LockfreePrimitives implements Primitives {
  private final Host host;

  /** The kind of the context made last, which that of the next one often is. */
  private volatile @Nullable ContextKind lastKind;

  /** The workers of this runtime's pools: whose job runs on a thread. */
  private final Map<Thread, PoolWorker> workers = new ConcurrentHashMap<>();

  /** The timers of this runtime's work queues, and their lane on each thread. */
  private final TimerWheel wheel;

  @SuppressWarnings("ThreadLocalUsage") // one a runtime: nothing is static (R10)
  private final ThreadLocal<@Nullable Lane> currentLane = new ThreadLocal<>();

  LockfreePrimitives(Host host) {
    this.host = host;
    this.wheel = new TimerWheel(host);
  }

  @Override
  public <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty) {
    return new LockfreeQueue<>(host, spec, onNonEmpty);
  }

  @Override
  public <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    return LockfreeDaemonQueue.create(host, spec, handler, target);
  }

  @Override
  public ThreadPool newThreadPool(ThreadPoolSpec spec, UnaryOperator<Runnable> around) {
    return new LockfreeThreadPool(host, spec, LockfreeThreadPool.Use.USERS, workers, around);
  }

  @Override
  public PoolView newPoolView(PoolViewSpec spec, Pool base) {
    return new LockfreePoolView(host, spec, base, workers);
  }

  @Override
  public TaskContext newTaskContext(TaskContextSpec spec) {
    ContextKind kind = lastKind;
    if (kind == null || kind.spec != spec) {
      kind = new ContextKind(host, spec);
      lastKind = kind;
    }
    return new LockfreeTaskContext(kind);
  }

  @Override
  public WorkQueue newWorkQueue(WorkQueueSpec spec) {
    return new LockfreeWorkQueue(host, spec, wheel, currentLane);
  }

  @Override
  public <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    return new LockfreeKeyedWorkQueue<>(host, spec, handler, wheel);
  }

  @Override
  public Optional<Work> currentWork() {
    Lane lane = currentLane.get();
    return Optional.ofNullable(lane == null ? null : lane.work());
  }

  @Override
  public Optional<Job> currentJob() {
    return Optional.ofNullable(LockfreeThreadPool.currentJob(workers));
  }
}
