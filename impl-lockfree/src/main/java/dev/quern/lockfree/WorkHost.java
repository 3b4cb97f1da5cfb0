// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The host of a work queue's own pool, of which the runtime does not know: its end is the queue's,
 * and an error in it breaks the queue.
 */
record WorkHost(Host host, Runnable whenEnded, Consumer<Throwable> whenFailed) implements Host {
  @Override
  public void ended(Managed pool) {
    whenEnded.run();
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    whenFailed.accept(cause);
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    return host.startThread(name, priority, virtual, loader, body);
  }

  @Override
  public long nanoTime() {
    return host.nanoTime();
  }

  @Override
  public long recentNanoTime() {
    return host.recentNanoTime();
  }

  @Override
  public Parker parker() {
    return host.parker();
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    return host.newAlarm(expire);
  }

  @Override
  public boolean checks() {
    return host.checks();
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    host.log(level, message, cause);
  }

  @Override
  public Pool lendPool(@Nullable String name) {
    return host.lendPool(name);
  }

  @Override
  public Views views() {
    return host.views();
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    return host.newChild(target, spec, handler);
  }
}
