// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueueSpec;
import dev.quern.locked.LockedProvider;
import dev.quern.lockfree.LockfreeProvider;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A provider whose work queues run on a shared pool, and whose pools are views of others: what
 * holds for the ones must hold for the others.
 */
abstract class OnSharedPools implements Provider {
  private final Provider whole;

  OnSharedPools(Provider whole) {
    this.whole = whole;
  }

  /** That of the provider {@code locked}. */
  public static final class Locked extends OnSharedPools {
    /** For the suite. */
    public Locked() {
      super(new LockedProvider());
    }
  }

  /** That of the provider {@code lockfree}. */
  public static final class Lockfree extends OnSharedPools {
    /** For the suite. */
    public Lockfree() {
      super(new LockfreeProvider());
    }
  }

  @Override
  public final String name() {
    return whole.name() + "-on-shared-pools";
  }

  @Override
  public final int rank() {
    return Integer.MIN_VALUE;
  }

  @Override
  public final int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public final Primitives create(Host host) {
    Set<Object> bases = ConcurrentHashMap.newKeySet();
    Host outside =
        proxy(
            Host.class,
            (method, arguments) ->
                method.getName().equals("ended") && bases.contains(arguments[0])
                    ? null
                    : method.invoke(host, arguments));
    Primitives made = whole.create(outside);
    return proxy(
        Primitives.class,
        (method, arguments) -> {
          if (method.getName().equals("newWorkQueue")) {
            return made.newWorkQueue(pooled((WorkQueueSpec) arguments[0]));
          }
          if (method.getName().equals("newThreadPool")) {
            ThreadPoolSpec spec = (ThreadPoolSpec) arguments[0];
            return spec.name().equals("underneath")
                ? made.newThreadPool(spec, UnaryOperator.identity())
                : view(made, spec, bases);
          }
          return method.invoke(made, arguments);
        });
  }

  private static WorkQueueSpec pooled(WorkQueueSpec spec) {
    boolean plain = spec.priority().orElse(0) == ThreadPoolSpec.NO_PRIORITY;
    return plain && spec.pool().isEmpty() ? spec.pool("underneath") : spec;
  }

  private static ThreadPool view(Primitives made, ThreadPoolSpec spec, Set<Object> bases) {
    ThreadPool base = made.newThreadPool(spec, UnaryOperator.identity());
    bases.add(base);
    int most = spec.maxThreads().orElseThrow();
    return made.newPoolView(
        PoolViewSpec.named(spec.name()).maxActive(most), new Base(base, most, spec));
  }

  private interface Calls {
    @Nullable Object call(java.lang.reflect.Method method, @Nullable Object[] arguments)
        throws ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> face, Calls calls) {
    return face.cast(
        Proxy.newProxyInstance(
            face.getClassLoader(),
            new Class<?>[] {face},
            (proxy, method, arguments) -> {
              try {
                return calls.call(method, arguments == null ? new Object[0] : arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            }));
  }

  /** As the runtime lends one. */
  private record Base(ThreadPool pool, int most, ThreadPoolSpec spec) implements Pool {
    @Override
    public Job newJob(String name, Action body) {
      return pool.newJob(name, body);
    }

    @Override
    public boolean holdsCaller() {
      return most == 1 && ((Managed) pool).holdsCaller();
    }

    @Override
    public boolean threadNames() {
      return spec.threadNames().orElse(false);
    }

    @Override
    public boolean clearsThreadLocals() {
      return spec.clearThreadLocals().orElse(false);
    }

    @Override
    public void whenBroken(Consumer<Throwable> listener) {}

    @Override
    public void close() {
      Thread closer =
          new Thread(
              () -> {
                try {
                  pool.close(Duration.ZERO);
                } catch (InterruptedException impossible) {
                  throw new AssertionError(impossible);
                }
              });
      closer.start();
    }
  }
}
