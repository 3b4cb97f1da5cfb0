// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.Waiting;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host for queues alone: real threads, a clock that may be set or broken, and a record. */
final class QueueHost implements Host {
  final List<Throwable> reported = new CopyOnWriteArrayList<>();
  final List<Managed> ended = new CopyOnWriteArrayList<>();
  final List<Thread> threads = new CopyOnWriteArrayList<>();
  volatile @Nullable Error clockFails;
  volatile @Nullable Long now;

  static DaemonQueueSpec settled(DaemonQueueSpec spec, Waiting waiting, int maxBatch) {
    return spec.waiting(waiting)
        .maxBatch(maxBatch)
        .inactive(spec.inactive().orElse(false))
        .producersWait(true);
  }

  <E> LockedDaemonQueue<E> daemonQueue(DaemonQueueSpec spec, Handler<? super E> handler) {
    return LockedDaemonQueue.create(this, settled(spec, Waiting.PARK, 4), handler, null);
  }

  @Override
  public Views views() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    return LockedDaemonQueue.create(
        this, settled(spec, Waiting.PARK, 4), handler, (LockedDaemonQueue<?>) target);
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    threads.add(thread);
    thread.start();
    return thread;
  }

  @Override
  public long nanoTime() {
    Error failure = clockFails;
    if (failure != null) {
      throw failure;
    }
    Long set = now;
    return set == null ? System.nanoTime() : set;
  }

  @Override
  public boolean checks() {
    return false;
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    reported.add(cause);
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    throw new AssertionError(message, cause);
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    throw new AssertionError("queues have no timers");
  }

  @Override
  public Pool lendPool(@Nullable String name) {
    throw new AssertionError("no pools here");
  }

  @Override
  public void ended(Managed primitive) {
    ended.add(primitive);
  }
}
