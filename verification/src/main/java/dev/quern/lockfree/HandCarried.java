// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.Submission;
import dev.quern.Waiting;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A host whose pool and threads are run by hand: a test decides which of its threads drains, and
 * when. Counts what is asked of it, and keeps what must not happen.
 */
final class HandCarried implements Host, Pool {
  private final Parker parker;
  final AtomicInteger calls = new AtomicInteger(); // submissions of the job not run yet
  final AtomicInteger ended = new AtomicInteger();
  private volatile boolean running;
  private volatile @Nullable Throwable fault;
  private @Nullable Action body;
  private @Nullable Runnable threadBody;

  HandCarried(Parker parker) {
    this.parker = parker;
  }

  static DaemonQueueSpec settled(DaemonQueueSpec spec, int maxBatch) {
    return spec.waiting(Waiting.PARK)
        .maxBatch(maxBatch)
        .inactive(spec.inactive().orElse(false))
        .producersWait(true);
  }

  /** A queue of the pool kind: {@link #drain} is its pool. */
  <E> LockfreeDaemonQueue<E> pooled(DaemonQueueSpec spec, int maxBatch, Handler<E> handler) {
    return LockfreeDaemonQueue.create(this, settled(spec, maxBatch).pool("hand"), handler, null);
  }

  /** A queue with a thread, whose body is {@link #threadBody}. */
  <E> LockfreeDaemonQueue<E> threaded(DaemonQueueSpec spec, int maxBatch, Handler<E> handler) {
    return LockfreeDaemonQueue.create(this, settled(spec, maxBatch), handler, null);
  }

  /** Runs the job if it was submitted. Returns whether it was. */
  boolean drain() {
    running = true; // before the call is taken: whoever cancels finds it there, or sees this
    try {
      if (!calls.compareAndSet(1, 0)) {
        return false;
      }
      required(body).run();
    } catch (Exception unexpected) {
      throw new AssertionError(unexpected);
    } finally {
      running = false;
    }
    return true;
  }

  /** Until nobody asks for a drain any more. */
  void drainAll() {
    while (drain()) {
      Thread.onSpinWait();
    }
  }

  /** Closes without waiting. */
  static void closeAtOnce(DaemonQueue<?> queue) {
    try {
      queue.close(Duration.ZERO);
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  static void flush(DaemonQueue<?> queue) {
    try {
      queue.flush();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  static void pauseAndWait(DaemonQueue<?> queue) {
    try {
      queue.pauseAndWait();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  Runnable threadBody() {
    return required(threadBody);
  }

  /** What was reported, if anything was. */
  @Nullable Throwable fault() {
    return fault;
  }

  private static <T> T required(@Nullable T made) {
    if (made == null) {
      throw new AssertionError("nothing was made");
    }
    return made;
  }

  @Override
  public Parker parker() {
    return parker;
  }

  @Override
  public Pool lendPool(@Nullable String name) {
    return this;
  }

  @Override
  public Job newJob(String name, Action body) {
    this.body = body;
    return new HandJob(name);
  }

  @Override
  public boolean holdsCaller() {
    return false;
  }

  @Override
  public boolean threadNames() {
    return false;
  }

  @Override
  public boolean clearsThreadLocals() {
    return false;
  }

  @Override
  public void whenBroken(Consumer<Throwable> listener) {}

  @Override
  public void close() {}

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
    threadBody = body;
    return Thread.currentThread();
  }

  @Override
  public Views views() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    return LockfreeDaemonQueue.create(
        this, settled(spec, 1), handler, (LockfreeDaemonQueue<?>) target);
  }

  @Override
  public void ended(Managed primitive) {
    ended.getAndIncrement();
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    fault = cause;
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    fault = new AssertionError(message, cause);
  }

  @Override
  public long nanoTime() {
    return 1;
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    throw new AssertionError("queues have no timers");
  }

  @Override
  public boolean checks() {
    return true;
  }

  /** Two calls outstanding at once would be two drains. */
  private final class HandJob implements Job {
    private final String name;

    HandJob(String name) {
      this.name = name;
    }

    @Override
    public Submission submit() {
      if (calls.getAndIncrement() > 0) {
        fault = new AssertionError("called twice");
      }
      return Submission.QUEUED;
    }

    @Override
    public Submission submit(Duration limit) {
      return submit();
    }

    @Override
    public Cancellation cancel() {
      if (calls.getAndSet(0) > 0) {
        return Cancellation.REMOVED;
      }
      return running ? Cancellation.RUNNING : Cancellation.IDLE;
    }

    @Override
    public void done() {}

    @Override
    public Cancellation cancelAndWait() {
      return cancel();
    }

    @Override
    public Cancellation cancelAndWait(Duration limit) {
      return cancel();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public void close() {}

    @Override
    public List<String> close(Duration limit) {
      return List.of();
    }
  }
}
