// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Body;
import dev.quern.DaemonQueue;
import dev.quern.Job;
import dev.quern.KeyedWorkQueue;
import dev.quern.PoolView;
import dev.quern.Queue;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.locked.LockedProvider;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import dev.quern.spi.Target;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The provider {@code locked} with one fault. Everything that it makes is wrapped, so that a fault
 * sees each call, and may do something else in its place.
 */
abstract class BrokenProvider implements Provider {
  private static final List<Class<?>> FACES =
      List.of(
          Queue.class,
          DaemonQueue.class,
          PoolView.class, // before what it extends
          ThreadPool.class,
          Job.class,
          TaskContext.class,
          Task.class,
          WorkQueue.class,
          Work.class,
          KeyedWorkQueue.class);

  /** A call to something wrapped. */
  final class Invocation {
    final Method method;
    final @Nullable Object[] arguments;
    private final Object whole;

    private Invocation(Object whole, Method method, @Nullable Object[] arguments) {
      this.whole = whole;
      this.method = method;
      this.arguments = arguments;
    }

    /** The flawless object behind, as its face. */
    <T> T whole(Class<T> face) {
      return face.cast(whole);
    }

    /** Whether this is a method of that name, of that face. */
    boolean is(Class<?> face, String name) {
      return face.isInstance(whole) && method.getName().equals(name);
    }

    <T> T argument(int index, Class<T> type) {
      return type.cast(arguments[index]);
    }

    /** What the flawless object does. */
    @Nullable Object proceed() throws Throwable {
      return asIs(whole, method, arguments);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Object, Object> wrappers = new IdentityHashMap<>(); // guarded by lock
  private final Map<Object, Object> wholes = new IdentityHashMap<>(); // guarded by lock

  /** The fault: does the call, or something wrong. */
  abstract @Nullable Object call(Invocation invocation) throws Throwable;

  /** A fault in what it asks of its host, or tells it. */
  @Nullable Object callOfHost(Invocation invocation) throws Throwable {
    return invocation.proceed();
  }

  @Override
  public final String name() {
    return "broken-" + getClass().getSimpleName();
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
    // The flawless objects speak of themselves to the host, which knows their wrappers.
    Host outside =
        proxy(
            (proxy, method, arguments) ->
                callOfHost(new Invocation(host, method, mapped(arguments, this::wrapperOf))),
            Host.class);
    Primitives whole = new LockedProvider().create(outside);
    return proxy(
        (proxy, method, arguments) ->
            wrap(call(new Invocation(whole, method, mapped(arguments, this::wholeOf)))),
        Primitives.class);
  }

  private @Nullable Object wrap(@Nullable Object made) {
    if (made instanceof Optional<?> some) {
      return some.map(this::wrapperOf);
    }
    if (made == null || Proxy.isProxyClass(made.getClass())) {
      return made;
    }
    for (Class<?> face : FACES) {
      if (face.isInstance(made)) {
        return made instanceof Target
            ? wrap(made, face, Target.class)
            : made instanceof Managed ? wrap(made, face, Managed.class) : wrap(made, face);
      }
    }
    return made;
  }

  private Object wrap(Object whole, Class<?>... faces) {
    lock.lock();
    try {
      Object known = wrappers.get(whole);
      if (known != null) {
        return known;
      }
      Object wrapper =
          proxy(
              (proxy, method, arguments) -> {
                if (method.getName().equals("equals") && arguments != null) {
                  return proxy == arguments[0];
                }
                return wrap(call(new Invocation(whole, method, mapped(arguments, this::wholeOf))));
              },
              faces);
      wrappers.put(whole, wrapper);
      wholes.put(wrapper, whole);
      return wrapper;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("unchecked")
  static <T> T proxy(InvocationHandler handler, Class<?>... faces) {
    return (T) Proxy.newProxyInstance(BrokenProvider.class.getClassLoader(), faces, handler);
  }

  /** A call that is not changed, of an object that is not wrapped. */
  static @Nullable Object asIs(Object whole, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(whole, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private interface Mapping {
    @Nullable Object of(@Nullable Object argument);
  }

  private @Nullable Object[] mapped(@Nullable Object @Nullable [] arguments, Mapping mapping) {
    @Nullable Object[] mapped = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = mapping.of(mapped[i]);
    }
    return mapped;
  }

  private @Nullable Object wrapperOf(@Nullable Object whole) {
    lock.lock();
    try {
      return whole == null ? null : wrappers.getOrDefault(whole, whole);
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("unchecked")
  private @Nullable Object wholeOf(@Nullable Object argument) {
    if (argument instanceof Body<?> body) {
      Body<Object> user = (Body<Object>) body;
      return (Body<Object>) self -> user.run(Objects.requireNonNull(wrapperOf(self)));
    }
    lock.lock();
    try {
      return argument == null ? null : wholes.getOrDefault(argument, argument);
    } finally {
      lock.unlock();
    }
  }
}
