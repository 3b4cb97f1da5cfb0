// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host of real threads that fails when told to, and remembers what it was told. */
final class PoolHost implements Host {
  record Told(Kind kind, String primitive, @Nullable String item, Throwable cause) {}

  final List<Told> failures = new CopyOnWriteArrayList<>();
  final List<String> logged = new CopyOnWriteArrayList<>();
  final List<Managed> ended = new CopyOnWriteArrayList<>();
  final List<Thread> threads = new CopyOnWriteArrayList<>();

  /** What the next starts throw. */
  final ConcurrentLinkedQueue<Throwable> startFaults = new ConcurrentLinkedQueue<>();

  /** What the clock throws the next time that a thread of ours reads it. */
  final AtomicReference<@Nullable Error> clockFault = new AtomicReference<>();

  final AtomicInteger lent = new AtomicInteger();
  final AtomicInteger givenBack = new AtomicInteger();
  volatile @Nullable RuntimeException lendFault;
  volatile @Nullable LockedThreadPool pool;

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    Throwable fault = startFaults.poll();
    if (fault instanceof Error error) {
      throw error;
    }
    if (fault != null) {
      throw new CannotStartThreadException(name, fault);
    }
    Thread thread = new Thread(null, body, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    if (priority != ThreadPoolSpec.NO_PRIORITY) {
      thread.setPriority(priority);
    }
    threads.add(thread);
    thread.start();
    return thread;
  }

  @Override
  public long nanoTime() {
    Error fault = clockFault.get();
    if (fault != null && clockFault.compareAndSet(fault, null)) {
      throw fault;
    }
    return System.nanoTime();
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean checks() {
    return true;
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    failures.add(new Told(kind, primitive, item, cause));
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    logged.add(message);
  }

  @Override
  public Pool lendPool(@Nullable String name) {
    RuntimeException fault = lendFault;
    if (fault != null) {
      throw fault;
    }
    lent.incrementAndGet();
    LockedThreadPool lending = pool;
    if (lending == null) {
      throw new IllegalStateException("no pool");
    }
    return new Lent(lending);
  }

  private final class Lent implements Pool {
    private final LockedThreadPool lending;

    Lent(LockedThreadPool lending) {
      this.lending = lending;
    }

    @Override
    public Job newJob(String name, Action body) {
      return ((ThreadPool) lending).newJob(name, body);
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
      return lending.staff.isExclusive() && lending.holdsCaller();
    }

    @Override
    public void close() {
      givenBack.incrementAndGet();
    }
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
