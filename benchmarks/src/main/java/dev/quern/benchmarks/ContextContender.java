// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import com.google.common.util.concurrent.MoreExecutors;
import dev.quern.Cancellation;
import dev.quern.Quern;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** What runs one thing at a time, to be measured. */
interface ContextContender {
  /** Of all contexts of a fork, so that calls have one receiver. */
  interface Maker extends AutoCloseable {
    ContextContender newContext(String name);

    @Override
    void close();
  }

  /** Something that the context runs. */
  interface Dispatch {
    /** It may run later, by another thread. */
    void dispatch();

    /** Of one that waits. */
    default void cancel() {
      throw new UnsupportedOperationException("cannot be taken back");
    }
  }

  /** Made once, as far as the context has such a thing. */
  Dispatch task(String name, Runnable body);

  /** As {@link #task}, of which what waits can be taken back. */
  default Dispatch cancellable(String name, Runnable body) {
    throw new UnsupportedOperationException("what waits is its thread");
  }

  /** Until all that was dispatched has run. */
  void barrier() throws Exception;

  /**
   * By the name of the parameter.
   *
   * @param pooled whether contexts that can name a pool do so
   */
  static Maker maker(String contender, boolean pooled) {
    return switch (contender) {
      case "synchronized" -> maker(Monitor::new);
      case "reentrantlock" -> maker(() -> new Locked(new ReentrantLock()));
      case "guava" -> maker(() -> new Sequential(MoreExecutors.directExecutor()));
      case "guava-pool" -> new GuavaOnPool();
      case "single-thread" -> new OneThread();
      default -> new Ours(contender, pooled);
    };
  }

  private static Maker maker(Supplier<ContextContender> each) {
    return new Maker() {
      @Override
      public ContextContender newContext(String name) {
        return each.get();
      }

      @Override
      public void close() {}
    };
  }

  /** The language's own lock. */
  final class Monitor implements ContextContender {
    private final Object monitor = new Object();

    @Override
    public Dispatch task(String name, Runnable body) {
      return () -> {
        synchronized (monitor) {
          body.run();
        }
      };
    }

    @Override
    public void barrier() {
      synchronized (monitor) {
        return;
      }
    }
  }

  /** The library's. */
  final class Locked implements ContextContender {
    private final Lock lock;

    Locked(ReentrantLock lock) {
      this.lock = lock;
    }

    @Override
    public Dispatch task(String name, Runnable body) {
      return () -> {
        lock.lock();
        try {
          body.run();
        } finally {
          lock.unlock();
        }
      };
    }

    @Override
    public void barrier() {
      lock.lock();
      lock.unlock();
    }
  }

  /** Guava's sequential executor. */
  final class Sequential implements ContextContender {
    private final Executor executor;

    Sequential(Executor base) {
      executor = MoreExecutors.newSequentialExecutor(base);
    }

    @Override
    public Dispatch task(String name, Runnable body) {
      return () -> executor.execute(body);
    }

    @Override
    public void barrier() throws InterruptedException {
      CountDownLatch passed = new CountDownLatch(1);
      executor.execute(passed::countDown);
      passed.await();
    }
  }

  /** On the workers of one pool, as many as there are processors. */
  final class GuavaOnPool implements Maker {
    private final ExecutorService pool =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    @Override
    public ContextContender newContext(String name) {
      return new Sequential(pool);
    }

    @Override
    public void close() {
      pool.shutdown();
    }
  }

  /** A thread to which all is handed over; all contexts have the same one. */
  final class OneThread implements Maker, ContextContender {
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    @Override
    public ContextContender newContext(String name) {
      return this;
    }

    @Override
    public Dispatch task(String name, Runnable body) {
      return () -> executor.execute(body);
    }

    @Override
    public Dispatch cancellable(String name, Runnable body) {
      return new Dispatch() {
        private Future<?> last = executor.submit(() -> {});

        @Override
        public void dispatch() {
          last = executor.submit(body);
        }

        @Override
        public void cancel() {
          if (!last.cancel(false)) {
            throw new IllegalStateException("not pending: " + last);
          }
        }
      };
    }

    @Override
    public void barrier() throws Exception {
      executor.submit(() -> {}).get();
    }

    @Override
    public void close() {
      executor.shutdown();
    }
  }

  /** Contexts of a provider's. */
  final class Ours implements Maker {
    private final Quern quern;
    private final boolean pooled;

    Ours(String provider, boolean pooled) {
      quern = Bench.open(provider);
      this.pooled = pooled;
    }

    @Override
    public ContextContender newContext(String name) {
      TaskContextSpec spec = TaskContextSpec.named(name);
      return new OurContext(quern.newTaskContext(pooled ? spec.pool("pool") : spec));
    }

    @Override
    public void close() {
      quern.close();
    }
  }

  /** A provider's. */
  final class OurContext implements ContextContender {
    private final TaskContext context;

    OurContext(TaskContext context) {
      this.context = context;
    }

    @Override
    public Dispatch task(String name, Runnable body) {
      return cancellable(name, body);
    }

    @Override
    public Dispatch cancellable(String name, Runnable body) {
      Task task = context.newTask(name, body::run);
      return new Dispatch() {
        @Override
        public void dispatch() {
          task.dispatch();
        }

        @Override
        public void cancel() {
          if (task.cancel() != Cancellation.REMOVED) {
            throw new IllegalStateException("not pending: " + task);
          }
        }
      };
    }

    @Override
    public void barrier() throws InterruptedException {
      context.barrier();
    }
  }
}
