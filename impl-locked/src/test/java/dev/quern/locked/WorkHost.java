// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host of real threads with a clock that is moved by hand; the mover is the timer thread. */
final class WorkHost implements Host {
  record Told(Kind kind, String primitive, @Nullable String item, Throwable cause) {}

  final List<Told> failures = new CopyOnWriteArrayList<>();
  final List<String> logged = new CopyOnWriteArrayList<>();
  final List<Managed> ended = new CopyOnWriteArrayList<>();
  final List<Thread> threads = new CopyOnWriteArrayList<>();

  /** What the clock throws the next time that it is read. */
  final AtomicReference<@Nullable Error> clockFault = new AtomicReference<>();

  /** What is done on the thread that reports, before the report is made. */
  Runnable beforeReport = () -> {};

  /** The last one that was made for a queue. */
  @Nullable LockedThreadPool pool;

  /** Close to the end of the scale, so that every deadline is beyond it. */
  final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1500);

  private final AtomicLong alarm = new AtomicLong(Long.MAX_VALUE);
  private @Nullable LongUnaryOperator expire;

  final TimerWheel wheel = new TimerWheel(this);
  final ThreadLocal<@Nullable LockedWork> current = new ThreadLocal<>();

  LockedWorkQueue queue(String name, int maxActive) {
    return queue(WorkQueueSpec.named(name).maxActive(maxActive));
  }

  LockedWorkQueue ordered(String name) {
    return queue(WorkQueueSpec.ordered(name));
  }

  private LockedWorkQueue queue(WorkQueueSpec spec) {
    return new LockedWorkQueue(
        this,
        spec.priority(ThreadPoolSpec.NO_PRIORITY),
        wheel,
        current,
        (host, workers) -> pool = new LockedThreadPool(host, workers, false));
  }

  /** Moves the clock and lets all that is due expire, as the timer thread would. */
  void advance(Duration step) {
    clock.addAndGet(step.toNanos());
    for (long at = alarm.get(); isDue(at); at = alarm.get()) {
      alarm.set(Long.MAX_VALUE);
      LongUnaryOperator due = expire;
      if (due != null) {
        setAlarm(due.applyAsLong(clock.get()));
      }
    }
  }

  private boolean isDue(long at) {
    return at != Long.MAX_VALUE && at - clock.get() <= 0;
  }

  private void setAlarm(long nanoTime) {
    if (nanoTime != Long.MAX_VALUE) {
      alarm.accumulateAndGet(nanoTime, (a, b) -> a == Long.MAX_VALUE || b - a < 0 ? b : a);
    }
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    Thread thread = new Thread(null, body, name, 0, false);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  @Override
  public long nanoTime() {
    Error fault = clockFault.getAndSet(null);
    if (fault != null) {
      throw fault;
    }
    return clock.get();
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    this.expire = expire;
    return new Alarm() {
      @Override
      public void at(long nanoTime) {
        setAlarm(nanoTime);
      }

      @Override
      public void close() {
        alarm.set(Long.MAX_VALUE);
      }
    };
  }

  @Override
  public boolean checks() {
    return true;
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    beforeReport.run();
    failures.add(new Told(kind, primitive, item, cause));
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    logged.add(message);
  }

  @Override
  public Pool lendPool(@Nullable String name) {
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

  @Override
  public void ended(Managed primitive) {
    ended.add(primitive);
  }
}
