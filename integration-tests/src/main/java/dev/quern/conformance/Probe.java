// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.ContextHook;
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
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import dev.quern.spi.WaitWatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the provider under test and the host it is lent: sees what the provider asks for,
 * and lets it go wrong. What is set here holds for every runtime of the scene.
 */
public final class Probe {
  /** What the provider had logged. */
  public record Logged(System.Logger.Level level, String message, @Nullable Throwable cause) {}

  private record Fault(Error error, Predicate<Thread> where) {}

  private final CopyOnWriteArrayList<Thread> started = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Logged> logged = new CopyOnWriteArrayList<>();
  private final AtomicInteger starts = new AtomicInteger();
  private final AtomicInteger failingStarts = new AtomicInteger();
  private final AtomicInteger succeedBefore = new AtomicInteger();
  private final Consumer<Throwable> escaped;
  private volatile Throwable startFailure = new OutOfMemoryError("no thread, says the probe");
  private volatile @Nullable Fault fault;
  private volatile @Nullable HandClock clock;
  private volatile boolean inUse;

  Probe(Consumer<Throwable> escaped) {
    this.escaped = escaped;
  }

  /**
   * From now on the time stands still but for {@link #advance}. To be called before the first
   * runtime is opened. Only deadlines on the host's clock follow it: the limit of a wait may be
   * real time.
   */
  public void manualClock() {
    if (inUse) {
      throw new IllegalStateException("manualClock() comes before the first runtime");
    }
    clock = new HandClock();
  }

  /**
   * Moves the clock made by hand; returns when every timer that is due has expired, which hands
   * items to workers but does not wait for them.
   */
  public void advance(Duration step) {
    handClock().advance(step);
  }

  /** The time now on the host's clock. */
  public long nanoTime() {
    HandClock byHand = clock;
    return byHand == null ? System.nanoTime() : byHand.nanoTime();
  }

  /** The next {@code times} thread starts fail, as when no native thread can be created. */
  public void failThreadStarts(int times) {
    failThreadStarts(times, new OutOfMemoryError("no thread, says the probe"));
  }

  /** As {@link #failThreadStarts(int)}, with the throwable that a factory would have thrown. */
  public void failThreadStarts(int times, Throwable cause) {
    startFailure = cause;
    failingStarts.set(times);
  }

  /** The {@code n}-th of the next thread starts fails, and no other. */
  public void failThreadStart(int n, Throwable cause) {
    startFailure = cause;
    succeedBefore.set(n - 1);
    failingStarts.set(1);
  }

  /** Threads can be started again. */
  public void allowThreadStarts() {
    succeedBefore.set(0);
    failingStarts.set(0);
  }

  /** How often a thread was asked for, the failed starts included. */
  public int threadStarts() {
    return starts.get();
  }

  /** The names of the threads asked for, in order, the failed starts included. */
  public List<String> threadsAskedFor() {
    return asked;
  }

  /** The threads started for the provider so far, ended ones included. */
  public List<Thread> threads() {
    return started;
  }

  /** What the provider had logged. */
  public List<Logged> logged() {
    return logged;
  }

  /**
   * Until {@link #stopErrors}, the clock, the alarms and the thread starts of the host throw this
   * error on the threads chosen: an error in the middle of the provider's own code (rule G17).
   */
  public void throwInHostCalls(Error error, Predicate<Thread> where) {
    fault = new Fault(error, where);
  }

  /** Host calls work again. */
  public void stopErrors() {
    fault = null;
  }

  void end() {
    HandClock byHand = clock;
    if (byHand != null) {
      byHand.end();
    }
  }

  Provider around(Provider provider) {
    inUse = true;
    return new ProbedProvider(provider);
  }

  private HandClock handClock() {
    HandClock byHand = clock;
    if (byHand == null) {
      throw new IllegalStateException("manualClock() was not called");
    }
    return byHand;
  }

  private void faultHere() {
    Fault now = fault;
    if (now != null && now.where.test(Thread.currentThread())) {
      throw now.error;
    }
  }

  private final class ProbedProvider implements Provider {
    private final Provider provider;

    ProbedProvider(Provider provider) {
      this.provider = provider;
    }

    @Override
    public String name() {
      return provider.name();
    }

    @Override
    public int rank() {
      return provider.rank();
    }

    @Override
    public int spiVersion() {
      return provider.spiVersion();
    }

    @Override
    public Primitives create(Host host) {
      return provider.create(new ProbedHost(host));
    }
  }

  private final class ProbedHost implements Host {
    private final Host host;

    ProbedHost(Host host) {
      this.host = host;
    }

    @Override
    public Thread startThread(
        String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
        throws CannotStartThreadException {
      faultHere();
      starts.incrementAndGet();
      asked.add(name);
      if (succeedBefore.getAndUpdate(left -> Math.max(0, left - 1)) == 0
          && failingStarts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new CannotStartThreadException(name, startFailure);
      }
      Thread thread = host.startThread(name, priority, virtual, loader, new Watched(body));
      started.addIfAbsent(thread);
      return thread;
    }

    @Override
    public long nanoTime() {
      faultHere();
      HandClock byHand = clock;
      return byHand == null ? host.nanoTime() : byHand.nanoTime();
    }

    @Override
    public Parker parker() {
      return host.parker();
    }

    @Override
    public @Nullable WaitWatch waitWatch() {
      return host.waitWatch();
    }

    @Override
    public Alarm newAlarm(LongUnaryOperator expire) {
      faultHere();
      HandClock byHand = clock;
      Alarm alarm = byHand == null ? host.newAlarm(expire) : byHand.newAlarm(expire);
      return new ProbedAlarm(alarm);
    }

    @Override
    public boolean checks() {
      return host.checks();
    }

    @Override
    public @Nullable ContextHook contextHook() {
      return host.contextHook();
    }

    @Override
    public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
      host.failed(kind, primitive, item, cause);
    }

    @Override
    public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
      logged.add(new Logged(level, message, cause));
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

    @Override
    public void ended(Managed primitive) {
      host.ended(primitive);
    }
  }

  /** Lets go of the body when it has run: a thread that has ended may keep its task reachable. */
  private final class Watched implements Runnable {
    private @Nullable Runnable body;

    Watched(Runnable body) {
      this.body = body;
    }

    @Override
    public void run() {
      started.addIfAbsent(Thread.currentThread()); // it may run before its starter is back
      try {
        Objects.requireNonNull(body).run();
      } catch (Throwable thrown) {
        escaped.accept(thrown);
        throw thrown;
      } finally {
        body = null;
      }
    }
  }

  private final class ProbedAlarm implements Alarm {
    private final Alarm alarm;

    ProbedAlarm(Alarm alarm) {
      this.alarm = alarm;
    }

    @Override
    public void at(long nanoTime) {
      faultHere();
      alarm.at(nanoTime);
    }

    @Override
    public void close() {
      alarm.close();
    }
  }
}
