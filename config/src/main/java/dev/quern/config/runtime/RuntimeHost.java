// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dagger.Lazy;
import dev.quern.ContextHook;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.config.views.RuntimeViews;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import dev.quern.spi.WaitWatch;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** What this runtime lends its provider. Makers come late: they need the provider's factory. */
@Singleton
final class RuntimeHost implements Host {
  private final OpenOptions options;
  private final RuntimeSettings settings;
  private final Threads threads;
  private final TimerThread timer;
  private final RecentTime recentTime;
  private final Failures failures;
  private final CpuBinding binding;
  private final Log log;
  private final Registry registry;
  private final Watchdog watchdog;
  private final WaitCycles cycles;
  private final Lazy<Maker> maker;
  private final Lazy<SharedPools> pools;
  private final RuntimeViews views;

  @Inject
  RuntimeHost(
      OpenOptions options,
      RuntimeSettings settings,
      Threads threads,
      TimerThread timer,
      RecentTime recentTime,
      Failures failures,
      CpuBinding binding,
      Log log,
      Registry registry,
      Watchdog watchdog,
      WaitCycles cycles,
      Lazy<Maker> maker,
      Lazy<SharedPools> pools,
      RuntimeViews views) {
    this.options = options;
    this.settings = settings;
    this.threads = threads;
    this.timer = timer;
    this.recentTime = recentTime;
    this.failures = failures;
    this.binding = binding;
    this.log = log;
    this.registry = registry;
    this.watchdog = watchdog;
    this.cycles = cycles;
    this.maker = maker;
    this.pools = pools;
    this.views = views;
  }

  @Override
  public Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    return threads.start(name, priority, virtual, loader, virtual ? body : binding.released(body));
  }

  @Override
  public long nanoTime() {
    return timer.now();
  }

  @Override
  public long recentNanoTime() {
    return recentTime.now();
  }

  @Override
  public @Nullable WaitWatch waitWatch() {
    return settings.waitCycles() ? cycles : null;
  }

  @Override
  public Alarm newAlarm(LongUnaryOperator expire) {
    return timer.newAlarm(expire);
  }

  @Override
  public boolean checks() {
    return settings.checks();
  }

  @Override
  public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    failures.failed(kind, primitive, item, cause);
    if (kind == Kind.THREAD_POOL && item == null) {
      pools.get().broke(primitive, cause);
    }
  }

  @Override
  public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
    log.write(level, message, cause);
  }

  @Override
  public Pool lendPool(@Nullable String name) {
    return pools.get().lend(name);
  }

  @Override
  public @Nullable ContextHook contextHook() {
    return options.contextHook().orElse(null);
  }

  @Override
  public <C> DaemonQueue<C> newChild(
      Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    Maker.userName(spec.name());
    return maker.get().child(target, spec, handler);
  }

  @Override
  public Views views() {
    return views;
  }

  @Override
  public void ended(Managed primitive) {
    views.ended(primitive);
    registry.ended(primitive);
    watchdog.forget(primitive);
  }
}
