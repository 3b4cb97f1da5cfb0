// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

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
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import dev.quern.spi.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes primitives that do nothing but remember what the runtime did with them. */
final class FakeProvider implements Provider, Primitives {
  final List<Fake> made = Collections.synchronizedList(new ArrayList<>());

  /** Who was told to close, with the limit, in order. */
  final List<String> closings = Collections.synchronizedList(new ArrayList<>());

  /** What every fake is made to be, before the runtime sees it. */
  UnaryOperator<Fake> shape = fake -> fake;

  Optional<Work> work = Optional.empty();
  Optional<Job> job = Optional.empty();
  @Nullable Host host;

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Primitives create(Host lent) {
    host = lent;
    return this;
  }

  /** The newest fake of that name. */
  Fake fake(String name) {
    return made.stream()
        .filter(fake -> fake.name.equals(name))
        .reduce((first, second) -> second)
        .orElseThrow(() -> new AssertionError("no " + name + " in " + made));
  }

  @Override
  @SuppressWarnings("unchecked")
  public <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty) {
    return (Queue<E>) make(Queue.class, spec.name(), spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    return (DaemonQueue<E>) make(DaemonQueue.class, spec.name(), spec);
  }

  @Override
  public ThreadPool newThreadPool(ThreadPoolSpec spec, UnaryOperator<Runnable> workers) {
    return make(ThreadPool.class, spec.name(), spec);
  }

  @Override
  public PoolView newPoolView(PoolViewSpec spec, Pool base) {
    return make(PoolView.class, spec.name(), spec);
  }

  @Override
  public TaskContext newTaskContext(TaskContextSpec spec) {
    return make(TaskContext.class, spec.name(), spec);
  }

  @Override
  public WorkQueue newWorkQueue(WorkQueueSpec spec) {
    return make(WorkQueue.class, spec.name(), spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    return (KeyedWorkQueue<K>) make(KeyedWorkQueue.class, spec.name(), spec);
  }

  @Override
  public Optional<Work> currentWork() {
    return work;
  }

  @Override
  public Optional<Job> currentJob() {
    return job;
  }

  private <P> P make(Class<P> type, String name, Object spec) {
    Fake fake = shape.apply(new Fake(this, type, name, spec));
    made.add(fake);
    return type.cast(fake.face);
  }

  /** For a fake that is no member: a job. */
  static final Managed.Counts NOTHING = new Managed.Counts(0, List.of(), 0, 0, 0, 0, 0);
}
