// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.spi.Managed;
import dev.quern.spi.Target;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One primitive, or a job, behind whatever face the runtime expects. */
final class Fake implements InvocationHandler {
  final FakeProvider provider;
  final Class<?> type;
  final String name;
  final Object spec;
  final Object face;

  /** What its close answers, and where it may block or throw; null is done at once. */
  volatile @Nullable Callable<List<String>> closing;

  /** Of a job. */
  volatile @Nullable Object code;

  volatile boolean holdsCaller;
  volatile boolean ended;
  volatile int interrupted;
  volatile int pauses;
  volatile boolean endsWhenInterrupted;
  volatile Managed.Counts counts = FakeProvider.NOTHING;

  Fake(FakeProvider provider, Class<?> type, String name, Object spec) {
    this.provider = provider;
    this.type = type;
    this.name = name;
    this.spec = spec;
    this.face =
        Proxy.newProxyInstance(
            Fake.class.getClassLoader(),
            new Class<?>[] {type, type == DaemonQueue.class ? Target.class : Managed.class},
            this);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "name" -> name;
      case "toString" -> type.getSimpleName() + " " + name;
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> proxy == Objects.requireNonNull(args)[0];
      case "isClosed" -> ended;
      case "holdsCaller" -> holdsCaller;
      case "counts" -> counts;
      case "interruptRuns" -> {
        interrupted++;
        if (endsWhenInterrupted) {
          closing = null;
          close(null);
        }
        yield null;
      }
      case "close" -> method.getParameterCount() == 0 ? forget(close(null)) : close(limit(args));
      case "activate" -> {
        provider.closings.add(name + " activated");
        yield null;
      }
      case "resume" -> {
        if (pauses == 0) {
          throw new MisuseException(name + " is not paused");
        }
        pauses--;
        yield null;
      }
      case "newJob" -> job(Objects.requireNonNull(args));
      case "newChild" -> child(Objects.requireNonNull(args));
      default -> throw new UnsupportedOperationException(method.toString());
    };
  }

  private Object child(@Nullable Object[] args) {
    return Objects.requireNonNull(provider.host)
        .newChild((Target) face, (DaemonQueueSpec) args[0], (Handler<?>) args[1]);
  }

  private Object job(@Nullable Object[] args) {
    Fake job = new Fake(provider, Job.class, (String) Objects.requireNonNull(args[0]), name);
    job.code = args[args.length - 1];
    provider.made.add(job);
    return job.face;
  }

  private List<String> close(@Nullable Duration limit) throws Exception {
    String how = limit == null ? "" : limit.isZero() || limit.isNegative() ? " now" : " within";
    provider.closings.add(name + how);
    Callable<List<String>> answer = closing;
    List<String> left = answer == null ? List.of() : answer.call();
    if (left.isEmpty() && !ended) {
      ended = true;
      if (type != Job.class) {
        Objects.requireNonNull(provider.host).ended((Managed) face);
      }
    }
    return left;
  }

  private static @Nullable Object forget(Object ignored) {
    return null;
  }

  private static Duration limit(@Nullable Object @Nullable [] args) {
    return (Duration) Objects.requireNonNull(Objects.requireNonNull(args)[0]);
  }

  @Override
  public String toString() {
    return type.getSimpleName() + " " + name;
  }
}
