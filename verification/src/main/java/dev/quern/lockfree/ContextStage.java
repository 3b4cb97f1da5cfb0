// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.TaskContextSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The host of one context: no pool to be had, a clock that stands still, failures kept. */
final class ContextStage implements Host {
  private static final TaskContextSpec SPEC =
      TaskContextSpec.named("device").maxInline(1000).maxInlineTime(Duration.ofHours(1));

  private final Parker parker;
  volatile int ended;
  volatile @Nullable Throwable failure;

  ContextStage(Parker parker) {
    this.parker = parker;
  }

  LockfreeTaskContext newContext() {
    return new LockfreeTaskContext(this, SPEC);
  }

  @Override
  public Parker parker() {
    return parker;
  }

  @Override
  public void ended(Managed primitive) {
    ended = ended + 1;
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    failure = cause;
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public boolean checks() {
    return true;
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {}

  @Override
  public Pool lendPool(@Nullable String name) {
    throw new IllegalStateException("none to be had");
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
    throw new IllegalStateException("none to be had");
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    throw new IllegalStateException("none to be had");
  }

  @Override
  public Views views() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    throw new IllegalStateException("none to be had");
  }
}
