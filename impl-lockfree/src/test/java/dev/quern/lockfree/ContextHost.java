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
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host whose pool runs a job when the test says so, and can break. */
final class ContextHost implements Host {
  final List<HandJob> jobs = new CopyOnWriteArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final AtomicInteger ended = new AtomicInteger();
  final AtomicInteger givenBack = new AtomicInteger();
  volatile boolean broken;
  volatile @Nullable Error clockFault;
  volatile @Nullable Error submitFault; // after the job was accepted

  /** Asked for, and run by hand. */
  final class HandJob implements Job {
    final Action body;

    HandJob(Action body) {
      this.body = body;
    }

    @Override
    public Submission submit(Duration limit) {
      return submit();
    }

    @Override
    public Submission submit() {
      Error fault = submitFault;
      if (fault != null) {
        throw fault;
      }
      if (broken) {
        throw new IllegalStateException("the pool broke");
      }
      return Submission.QUEUED;
    }

    @Override
    public void done() {}

    @Override
    public Cancellation cancel() {
      return Cancellation.IDLE;
    }

    @Override
    public Cancellation cancelAndWait() {
      return Cancellation.IDLE;
    }

    @Override
    public Cancellation cancelAndWait(Duration limit) {
      return Cancellation.IDLE;
    }

    @Override
    public String name() {
      return "job";
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

  @Override
  public Pool lendPool(@Nullable String name) {
    return new Pool() {
      @Override
      public Job newJob(String name, Action body) {
        HandJob job = new HandJob(body);
        jobs.add(job);
        return job;
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
      public boolean holdsCaller() {
        return false;
      }

      @Override
      public void close() {
        givenBack.incrementAndGet();
      }
    };
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    failures.add(cause);
  }

  @Override
  public void ended(Managed primitive) {
    ended.incrementAndGet();
  }

  @Override
  public long nanoTime() {
    Error fault = clockFault;
    if (fault != null) {
      throw fault;
    }
    return System.nanoTime();
  }

  @Override
  public boolean checks() {
    return true;
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {}

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Views views() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    throw new UnsupportedOperationException();
  }
}
