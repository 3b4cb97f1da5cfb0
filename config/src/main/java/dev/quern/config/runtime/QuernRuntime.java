// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.CpuPools;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Inspection;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Primitives;
import dev.quern.spi.Target;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The door: checks arguments, and passes on to those who make, look and close. */
@Singleton
final class QuernRuntime implements Quern {
  private final Maker maker;
  private final SharedPools pools;
  private final SystemQueues system;
  private final Primitives primitives;
  private final Registry registry;
  private final Inspector inspector;
  private final Lifecycle lifecycle;

  @Inject
  QuernRuntime(
      Maker maker,
      SharedPools pools,
      SystemQueues system,
      Primitives primitives,
      Registry registry,
      Inspector inspector,
      Lifecycle lifecycle) {
    this.maker = maker;
    this.pools = pools;
    this.system = system;
    this.primitives = primitives;
    this.registry = registry;
    this.inspector = inspector;
    this.lifecycle = lifecycle;
  }

  /** Starts what a runtime needs before anything is made. */
  void start() {
    lifecycle.start(this);
  }

  @Override
  public <E> Queue<E> newQueue(QueueSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    return maker.queue(spec, null);
  }

  @Override
  public <E> Queue<E> newQueue(QueueSpec spec, Action onNonEmpty) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(onNonEmpty, "onNonEmpty");
    Maker.userName(spec.name());
    return maker.queue(spec, onNonEmpty);
  }

  @Override
  public <E> DaemonQueue<E> newDaemonQueue(DaemonQueueSpec spec, Handler<? super E> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    Maker.userName(spec.name());
    spec.pool().ifPresent(Maker::userName);
    return maker.daemonQueue(spec, handler, false);
  }

  @Override
  public <E> DaemonQueue<E> newReclaimer(String name, Handler<? super E> handler) {
    DaemonQueueSpec spec = DaemonQueueSpec.unbounded(name);
    Objects.requireNonNull(handler, "handler");
    Maker.userName(name);
    registry.requireOpen(Kind.DAEMON_QUEUE, name);
    return maker.child((Target) system.reclaimer(), spec, handler);
  }

  @Override
  public ThreadPool threadPool(String name) {
    Maker.userName(ThreadPoolSpec.named(name).name());
    registry.requireOpen(Kind.THREAD_POOL, name);
    return pools.handle(name);
  }

  @Override
  public ThreadPool threadPool(ThreadPoolSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    registry.requireOpen(Kind.THREAD_POOL, spec.name());
    return pools.handle(spec);
  }

  @Override
  public CpuPools cpuPools(ThreadPoolSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    pools.requireNameForCpus(spec.name());
    registry.requireOpen(Kind.THREAD_POOL, spec.name());
    return pools.handles(spec);
  }

  @Override
  public TaskContext newTaskContext(String name) {
    return newTaskContext(TaskContextSpec.named(name));
  }

  @Override
  public TaskContext newTaskContext(TaskContextSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    spec.pool().ifPresent(Maker::userName);
    return maker.taskContext(spec);
  }

  @Override
  public WorkQueue newWorkQueue(String name) {
    return newWorkQueue(WorkQueueSpec.named(name));
  }

  @Override
  public WorkQueue newWorkQueue(WorkQueueSpec spec) {
    Objects.requireNonNull(spec, "spec");
    Maker.userName(spec.name());
    spec.pool().ifPresent(Maker::userName);
    return maker.workQueue(spec, false);
  }

  @Override
  public <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    Maker.userName(spec.name());
    return maker.keyedWorkQueue(spec, handler);
  }

  @Override
  public WorkQueue systemQueue(SystemQueue which) {
    Objects.requireNonNull(which, "which");
    registry.requireOpen(Kind.WORK_QUEUE, SystemQueues.name(which));
    return system.workQueue(which);
  }

  @Override
  public Optional<Work> currentWork() {
    return primitives.currentWork();
  }

  @Override
  public Optional<Job> currentJob() {
    return primitives.currentJob();
  }

  @Override
  public Inspection inspect() {
    return inspector.inspect();
  }

  @Override
  public void close() {
    lifecycle.close();
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Objects.requireNonNull(limit, "limit");
    return lifecycle.close(limit);
  }

  @Override
  public String toString() {
    return "runtime " + lifecycle;
  }
}
