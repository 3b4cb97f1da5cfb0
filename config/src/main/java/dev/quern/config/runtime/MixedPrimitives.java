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
import dev.quern.Kind;
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
import dev.quern.spi.Provider;
import dev.quern.spi.Target;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The factories of a runtime, as one (rule R5): hands each order to the factory of the provider
 * that the settings name for it. A factory is made when it is first needed, the main one at once.
 */
final class MixedPrimitives implements Primitives {
  private final Providers providers;
  private final Host host;
  private final Map<Provider, Primitives> factories = new ConcurrentHashMap<>();

  MixedPrimitives(Providers providers, Host host) {
    this.providers = providers;
    this.host = host;
    factories.put(providers.main(), providers.main().create(host));
  }

  @Override
  public <E> Queue<E> newQueue(QueueSpec spec, @Nullable Action onNonEmpty) {
    return factory(Kind.QUEUE, spec.name()).newQueue(spec, onNonEmpty);
  }

  @Override
  public <E> DaemonQueue<E> newDaemonQueue(
      DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    return factory(Kind.DAEMON_QUEUE, spec.name()).newDaemonQueue(spec, handler, target);
  }

  @Override
  public ThreadPool newThreadPool(ThreadPoolSpec spec, UnaryOperator<Runnable> workers) {
    return factory(Kind.THREAD_POOL, spec.name()).newThreadPool(spec, workers);
  }

  /**
   * A view is of its pool's provider: the job inside of which a caller is, is then one's affair.
   */
  @Override
  public PoolView newPoolView(PoolViewSpec spec, Pool base) {
    return factory(Kind.THREAD_POOL, ((LentPool) base).name()).newPoolView(spec, base);
  }

  @Override
  public TaskContext newTaskContext(TaskContextSpec spec) {
    return factory(Kind.TASK_CONTEXT, spec.name()).newTaskContext(spec);
  }

  @Override
  public WorkQueue newWorkQueue(WorkQueueSpec spec) {
    return factory(Kind.WORK_QUEUE, spec.name()).newWorkQueue(spec);
  }

  @Override
  public <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    return factory(Kind.KEYED_WORK_QUEUE, spec.name()).newKeyedWorkQueue(spec, handler);
  }

  /** A thread may be in items of several providers; of one inside another, any is right. */
  @Override
  public Optional<Work> currentWork() {
    return first(Primitives::currentWork);
  }

  @Override
  public Optional<Job> currentJob() {
    return first(Primitives::currentJob);
  }

  private <T> Optional<T> first(Function<Primitives, Optional<T>> question) {
    for (Primitives factory : factories.values()) {
      Optional<T> answer = question.apply(factory);
      if (answer.isPresent()) {
        return answer;
      }
    }
    return Optional.empty();
  }

  private Primitives factory(Kind kind, String name) {
    return factory(providers.of(kind, name));
  }

  private Primitives factory(Provider provider) {
    Primitives known = factories.get(provider);
    return known == null
        ? factories.computeIfAbsent(provider, unused -> provider.create(host))
        : known;
  }
}
