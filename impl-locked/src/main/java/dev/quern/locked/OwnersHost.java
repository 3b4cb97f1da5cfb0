// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

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
 * The host of a primitive that is a part of another one: the runtime does not know the part, so its
 * end and its failures are the owner's affair.
 */
final class OwnersHost implements Host {
  private final Host host;
  private final Runnable ended;
  private final Consumer<Throwable> failed;

  OwnersHost(Host host, Runnable ended, Consumer<Throwable> failed) {
    this.host = host;
    this.ended = ended;
    this.failed = failed;
  }

  @Override
  public void ended(Managed part) {
    ended.run();
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
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    failed.accept(cause);
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
