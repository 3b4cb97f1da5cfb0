// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A host that lends its parker, and nothing else. */
final class ParkerHost implements Host {
  private final Parker parker;

  ParkerHost(Parker parker) {
    this.parker = parker;
  }

  @Override
  public Parker parker() {
    return parker;
  }

  @Override
  public boolean checks() {
    return false;
  }

  @Override
  public void ended(Managed primitive) {
    // nobody keeps a list
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    throw new AssertionError(cause);
  }

  @Override
  public long nanoTime() {
    throw new UnsupportedOperationException();
  }

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
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    throw new AssertionError(message, cause);
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
