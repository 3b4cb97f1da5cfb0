// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Primitive;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.config.runtime.EffectiveSpecs.Effective;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import dev.quern.spi.Primitives;
import dev.quern.spi.Target;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes one primitive: settles its spec, reserves its name, calls the provider, and takes it in. If
 * a step fails, the ones before it are undone.
 */
@Singleton
final class Maker {
  private final Registry registry;
  private final EffectiveSpecs specs;
  private final Primitives primitives;
  private final Providers providers;
  private final VirtualThreads virtualThreads;
  private final Watchdog watchdog;
  private final Log log;
  private final ContextPlans contextPlans = new ContextPlans();
  private final AtomicLong planned = new AtomicLong();

  @Inject
  Maker(
      Registry registry,
      EffectiveSpecs specs,
      Primitives primitives,
      Providers providers,
      VirtualThreads virtualThreads,
      Watchdog watchdog,
      Log log) {
    this.registry = registry;
    this.specs = specs;
    this.primitives = primitives;
    this.providers = providers;
    this.virtualThreads = virtualThreads;
    this.watchdog = watchdog;
    this.log = log;
  }

  <E> Queue<E> queue(QueueSpec spec, @Nullable Action onNonEmpty) {
    return make(
        new Order(Kind.QUEUE, spec.name(), false, 0),
        () -> specs.of(spec),
        merged -> primitives.newQueue(merged, onNonEmpty));
  }

  <E> DaemonQueue<E> daemonQueue(DaemonQueueSpec spec, Handler<? super E> handler, boolean system) {
    return make(
        new Order(Kind.DAEMON_QUEUE, spec.name(), system, 0),
        () -> specs.of(spec, false),
        merged -> primitives.newDaemonQueue(merged, handler, null));
  }

  <E> DaemonQueue<E> child(Target target, DaemonQueueSpec spec, Handler<? super E> handler) {
    requireNoThread(spec);
    int depth = registry.depth(target) + 1;
    return make(
        new Order(Kind.DAEMON_QUEUE, spec.name(), false, depth),
        () -> specs.of(spec, true),
        merged -> primitives.newDaemonQueue(merged, handler, target));
  }

  TaskContext taskContext(TaskContextSpec spec) {
    Order order = new Order(Kind.TASK_CONTEXT, spec.name(), false, 0);
    return carryOut(
        order,
        () -> contextPlans.of(spec, () -> plan(order, specs.of(spec))),
        primitives::newTaskContext);
  }

  WorkQueue workQueue(WorkQueueSpec spec, boolean system) {
    return make(
        new Order(Kind.WORK_QUEUE, spec.name(), system, 0),
        () -> specs.of(spec, system),
        this::workQueue);
  }

  private WorkQueue workQueue(WorkQueueSpec merged) {
    watchdog.require(merged);
    WorkQueue made = primitives.newWorkQueue(merged);
    watchdog.watch((Managed) made, merged);
    return made;
  }

  /** {@link SharedPools} lends the base. */
  PoolView poolView(String pool, PoolViewSpec spec, Function<PoolViewSpec, PoolView> create) {
    return make(
        new Order(Kind.POOL_VIEW, spec.name(), false, 0, Kind.THREAD_POOL, pool),
        () -> specs.of(spec),
        create);
  }

  <K> KeyedWorkQueue<K> keyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler) {
    return make(
        new Order(Kind.KEYED_WORK_QUEUE, spec.name(), false, 0),
        () -> specs.of(spec),
        merged -> primitives.newKeyedWorkQueue(merged, handler));
  }

  /** A pool by itself; {@link SharedPools} shares it. */
  ThreadPool threadPool(
      Effective<ThreadPoolSpec> effective, boolean system, UnaryOperator<Runnable> workers) {
    return make(
        new Order(Kind.THREAD_POOL, effective.spec().name(), system, 0),
        () -> effective,
        merged -> primitives.newThreadPool(merged, workers));
  }

  /** The merged spec, once it is known that such workers can be had (rule P13). */
  Effective<ThreadPoolSpec> settle(ThreadPoolSpec spec) {
    if (spec.virtual().orElse(false)) {
      String pool = Failures.describe(Kind.THREAD_POOL, spec.name());
      if (spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY) != ThreadPoolSpec.NO_PRIORITY) {
        throw new MisuseException(pool + ": virtual workers cannot have a priority");
      }
      if (!virtualThreads.available()) {
        throw new MisuseException(
            pool + ": virtual workers need JDK 21 or later, this is " + Runtime.version());
      }
    }
    return specs.of(spec);
  }

  /** Refuses a name that only the runtime may give (rule W13). */
  static String userName(String name) {
    if (name.startsWith(Key.PREFIX)) {
      throw new IllegalArgumentException(
          "name is \"" + name + "\", must not begin with \"" + Key.PREFIX + "\"");
    }
    return name;
  }

  private static void requireNoThread(DaemonQueueSpec spec) {
    String option =
        spec.pool().isPresent()
            ? "pool"
            : spec.priority().isPresent()
                ? "priority"
                : spec.waiting().isPresent() ? "waiting" : null;
    if (option != null) {
      throw new IllegalArgumentException(
          option
              + " is set in the spec of the child \""
              + spec.name()
              + "\", must be left to its target");
    }
  }

  private <S, P extends Primitive> P make(
      Order order, Supplier<Effective<S>> settle, Function<S, P> create) {
    return carryOut(order, () -> plan(order, settle.get()), create);
  }

  private <S> Plan<S> plan(Order order, Effective<S> effective) {
    return new Plan<>(
        effective.spec(),
        new Member(
            order.kind,
            order.name,
            order.system,
            order.depth,
            providers.of(order.chosenBy, order.choosing).name(),
            providers.withChoice(order.chosenBy, order.choosing, effective.settings()),
            planned.incrementAndGet()));
  }

  private <S, P extends Primitive> P carryOut(
      Order order, Supplier<Plan<S>> settle, Function<S, P> create) {
    registry.claim(order.kind, order.name);
    try {
      if (order.kind != Kind.THREAD_POOL) { // a closing primitive may need one yet
        registry.requireOpen(order.kind, order.name);
      }
      Plan<S> plan = settle.get();
      P made = create.apply(plan.spec());
      if (!registry.add((Managed) made, plan.member())) {
        discard(made);
        throw Registry.closed(order.kind, order.name);
      }
      return made;
    } catch (Throwable thrown) {
      registry.unclaim(order.kind, order.name);
      throw thrown;
    }
  }

  private void discard(Primitive made) {
    try {
      made.close(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.write(Level.WARNING, made + ": cannot be closed", e);
    }
  }

  /**
   * @param chosenBy with {@code choosing}: whose setting chooses the provider; a view has its
   *     pool's
   */
  private record Order(
      Kind kind, String name, boolean system, int depth, Kind chosenBy, String choosing) {
    Order(Kind kind, String name, boolean system, int depth) {
      this(kind, name, system, depth, kind, name);
    }
  }

  /** What a provider is asked for, and what the runtime knows of it. */
  record Plan<S>(S spec, Member member) {}
}
