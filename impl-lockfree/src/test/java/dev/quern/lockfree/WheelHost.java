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
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host of real threads whose alarm rings by hand: {@link #ring}. */
final class WheelHost implements Host {
  final PoolHost pool = new PoolHost();
  final AtomicInteger ended = new AtomicInteger();
  final List<String> warnings = new CopyOnWriteArrayList<>();
  volatile @Nullable LongUnaryOperator expire;
  volatile long alarm = Long.MAX_VALUE;
  volatile boolean alarmFails; // once

  /** The timer thread's look at that time since the start. Returns the next one. */
  long ring(long nanoTime) {
    LongUnaryOperator body = expire;
    if (body == null) {
      throw new AssertionError("there was no timer");
    }
    return body.applyAsLong(nanoTime);
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator body) {
    expire = body;
    return new Alarm() {
      @Override
      public void at(long nanoTime) {
        if (alarmFails) {
          alarmFails = false;
          throw new StackOverflowError("as if");
        }
        alarm = nanoTime;
      }

      @Override
      public void close() {}
    };
  }

  /** The clock stands still. */
  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
    return pool.startThread(name, priority, virtual, loader, body);
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    pool.failed(kind, primitive, item, cause);
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
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    warnings.add(message);
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
}
