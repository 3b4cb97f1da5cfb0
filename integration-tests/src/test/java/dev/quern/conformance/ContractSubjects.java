// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.QueueSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueueSpec;
import dev.quern.locked.LockedProvider;
import dev.quern.spi.Provider;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the tests of java.util.concurrent's contracts run on: the views of every provider, and the
 * JDK's own classes, which show that a test asks for no more than the contract.
 */
final class ContractSubjects {
  private static final String JDK_SCHEDULER = "ScheduledThreadPoolExecutor";

  /** Without a bound, or with one that is not reached, unless the test says other. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.quern.conformance.ContractSubjects#queues")
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @interface OnQueues {}

  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.quern.conformance.ContractSubjects#boundedQueues")
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @interface OnBoundedQueues {}

  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.quern.conformance.ContractSubjects#executors")
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @interface OnExecutors {}

  /** Not on the JDK's scheduled one: shut down between two steps of execute, it drops the task. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.quern.conformance.ContractSubjects#executorsThatDropNothing")
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @interface OnExecutorsThatDropNothing {}

  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.quern.conformance.ContractSubjects#schedulers")
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @interface OnSchedulers {}

  /** One subject in one test. */
  abstract static class Subject implements AutoCloseable {
    final Scene scene;
    private final String name;

    Subject(String name, Provider provider) {
      this.name = name;
      this.scene = new Scene(provider, true);
      scene.begin();
    }

    @Override
    public void close() {
      scene.end(null);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Makes queues: of that capacity, where there is one. */
  static final class Queues extends Subject {
    private final Function<Scene, Maker> maker;

    private interface Maker {
      <E> BlockingQueue<E> make(int capacity);
    }

    private Queues(String name, Provider provider, Function<Scene, Maker> maker) {
      super(name, provider);
      this.maker = maker;
    }

    <E> BlockingQueue<E> make(int capacity) {
      return maker.apply(scene).make(capacity);
    }

    /** Large enough. */
    BlockingQueue<Integer> of(Integer... items) {
      BlockingQueue<Integer> queue = make(100);
      queue.addAll(List.of(items));
      return queue;
    }
  }

  /** Makes services with that many threads, and shuts them down at the end. */
  static final class Services<S extends ExecutorService> extends Subject {
    private interface Maker<S> {
      S make(int threads, int number);
    }

    private final Function<Scene, Maker<S>> maker;
    private final List<S> made = new ArrayList<>();
    private final AtomicInteger number = new AtomicInteger();

    private Services(String name, Provider provider, Function<Scene, Maker<S>> maker) {
      super(name, provider);
      this.maker = maker;
    }

    S make(int threads) {
      S service = maker.apply(scene).make(threads, number.incrementAndGet());
      made.add(service);
      return service;
    }

    @Override
    public void close() {
      made.forEach(ExecutorService::shutdownNow);
      super.close();
    }
  }

  private ContractSubjects() {}

  private static List<Provider> providers() {
    return ServiceLoader.load(Provider.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  static Stream<Queues> queues() {
    Stream<Queues> ours =
        providers().stream()
            .map(p -> new Queues(p.name() + ", unbounded", p, ContractSubjects::unbounded));
    Stream<Queues> jdk =
        Stream.of("LinkedBlockingQueue")
            .map(name -> new Queues(name, new LockedProvider(), scene -> linked()));
    return Stream.of(ours, boundedQueues(), jdk).flatMap(each -> each);
  }

  static Stream<Queues> boundedQueues() {
    Stream<Queues> ours =
        providers().stream()
            .map(p -> new Queues(p.name() + ", bounded", p, ContractSubjects::bounded));
    Stream<Queues> jdk =
        Stream.of("ArrayBlockingQueue")
            .map(name -> new Queues(name, new LockedProvider(), scene -> array()));
    return Stream.concat(ours, jdk);
  }

  private static Queues.Maker unbounded(Scene scene) {
    return new Queues.Maker() {
      @Override
      public <E> BlockingQueue<E> make(int capacity) {
        return scene.quern().<E>newQueue(QueueSpec.unbounded("queue")).asBlockingQueue();
      }
    };
  }

  private static Queues.Maker bounded(Scene scene) {
    return new Queues.Maker() {
      @Override
      public <E> BlockingQueue<E> make(int capacity) {
        QueueSpec spec = QueueSpec.bounded("queue", capacity).producersWait(true);
        return scene.quern().<E>newQueue(spec).asBlockingQueue();
      }
    };
  }

  private static Queues.Maker linked() {
    return new Queues.Maker() {
      @Override
      public <E> BlockingQueue<E> make(int capacity) {
        return new LinkedBlockingQueue<>();
      }
    };
  }

  private static Queues.Maker array() {
    return new Queues.Maker() {
      @Override
      public <E> BlockingQueue<E> make(int capacity) {
        return new ArrayBlockingQueue<>(capacity);
      }
    };
  }

  static Stream<Services<? extends ExecutorService>> executors() {
    Stream<Services<? extends ExecutorService>> pools =
        providers().stream()
            .map(p -> new Services<>(p.name() + ", pool", p, ContractSubjects::pools));
    Stream<Services<? extends ExecutorService>> jdk =
        Stream.of("ThreadPoolExecutor")
            .map(
                name ->
                    new Services<>(
                        name,
                        new LockedProvider(),
                        scene -> (threads, n) -> Executors.newFixedThreadPool(threads)));
    return Stream.of(pools, jdk, schedulers()).flatMap(each -> each);
  }

  static Stream<Services<? extends ExecutorService>> executorsThatDropNothing() {
    return executors().filter(subject -> !subject.toString().equals(JDK_SCHEDULER));
  }

  static Stream<Services<ScheduledExecutorService>> schedulers() {
    Stream<Services<ScheduledExecutorService>> ours =
        providers().stream()
            .map(p -> new Services<>(p.name() + ", work queue", p, ContractSubjects::works));
    Stream<Services<ScheduledExecutorService>> jdk =
        Stream.of(JDK_SCHEDULER)
            .map(
                name ->
                    new Services<>(
                        name,
                        new LockedProvider(),
                        scene -> (threads, n) -> new ScheduledThreadPoolExecutor(threads)));
    return Stream.concat(ours, jdk);
  }

  private static Services.Maker<ExecutorService> pools(Scene scene) {
    return (threads, n) ->
        scene
            .quern()
            .threadPool(ThreadPoolSpec.named("pool-" + n).maxThreads(threads))
            .asExecutorService();
  }

  private static Services.Maker<ScheduledExecutorService> works(Scene scene) {
    return (threads, n) ->
        scene
            .quern()
            .newWorkQueue(WorkQueueSpec.named("works-" + n).maxActive(threads))
            .asScheduledExecutorService();
  }
}
