// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host of real threads, whose clock fails once when told to. */
final class PoolHost implements Host {
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final AtomicInteger ended = new AtomicInteger();

  /** What the clock throws the next time that a worker reads it. */
  final AtomicReference<@Nullable Error> clockFault = new AtomicReference<>();

  /** What else happens when a worker reads the clock. */
  final AtomicReference<Runnable> atWorkersClock = new AtomicReference<>(() -> {});

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
    Thread thread = new Thread(null, body, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    thread.start();
    return thread;
  }

  @Override
  public long nanoTime() {
    if (Thread.currentThread().getName().contains("-worker-")) {
      Error fault = clockFault.getAndSet(null);
      if (fault != null) {
        throw fault;
      }
      atWorkersClock.get().run();
    }
    return System.nanoTime();
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
  public boolean checks() {
    return true;
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {}

  @Override
  public Pool lendPool(@Nullable String name) {
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
