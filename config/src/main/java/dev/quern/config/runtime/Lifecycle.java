// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Primitive;
import dev.quern.Quern;
import dev.quern.config.runtime.Registry.Phase;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Managed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * From open to closed.
 *
 * <pre>
 *   state    left by                      meanwhile
 *   OPEN     the first close              everything may be made
 *   CLOSING  the closer: all done, or     nothing may be made; other closes wait for the closer
 *            its limit is over: CLOSED
 *            interrupted: HALTED
 *   HALTED   the next close: CLOSING      all has been told to close, nobody waits for it
 *   CLOSED   never
 * </pre>
 */
@Singleton
final class Lifecycle {
  private enum State {
    OPEN,
    CLOSING,
    HALTED,
    CLOSED
  }

  private final RuntimeSettings settings;
  private final Registry registry;
  private final Closer closer;
  private final TimerThread timer;
  private final Watchdog watchdog;
  private final Threads threads;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();
  private State state = State.OPEN; // guarded by lock
  private Map<Primitive, List<String>> left = Map.of(); // guarded by lock, counts when CLOSED
  private @Nullable Thread hook; // guarded by lock

  @Inject
  Lifecycle(
      RuntimeSettings settings,
      Registry registry,
      Closer closer,
      TimerThread timer,
      Watchdog watchdog,
      Threads threads,
      Log log) {
    this.settings = settings;
    this.registry = registry;
    this.closer = closer;
    this.timer = timer;
    this.watchdog = watchdog;
    this.threads = threads;
    this.log = log;
  }

  void start(Quern runtime) {
    try {
      timer.start(threads);
      watchdog.startWithRuntime();
    } catch (CannotStartThreadException e) {
      timer.end();
      throw new IllegalStateException("runtime: " + e.getMessage(), e.getCause());
    }
    if (settings.closeOnExit()) {
      Thread closing = new Thread(null, runtime::close, "quern.close-on-exit", 0, false);
      lock.lock();
      try {
        hook = closing;
      } finally {
        lock.unlock();
      }
      try {
        Runtime.getRuntime().addShutdownHook(closing);
      } catch (IllegalStateException e) {
        timer.end();
        watchdog.end();
        throw new IllegalStateException("runtime: the JVM is shutting down", e);
      }
    }
  }

  /** Waits as long as the settings say, whatever interrupts it, and logs what is left. */
  void close() {
    Deadline deadline = new Deadline(settings.closeLimit());
    boolean interrupted = false;
    while (true) {
      try {
        List<String> names = close(deadline);
        if (!names.isEmpty()) {
          log.write(Level.WARNING, "runtime: closed, left unfinished: " + names, null);
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the names of what is unfinished; empty means all done. */
  List<String> close(Duration limit) throws InterruptedException {
    return close(new Deadline(limit));
  }

  private List<String> close(Deadline deadline) throws InterruptedException {
    closer.requireOutside();
    if (!begin(deadline)) {
      return unfinished();
    }
    boolean done = false;
    Map<Primitive, List<String>> unfinished;
    try {
      unfinished = closer.close(deadline);
      closer.interrupt(unfinished.keySet());
      finish(unfinished);
      done = true;
    } finally {
      settle(done ? State.CLOSED : State.HALTED);
    }
    return unfinished.values().stream().flatMap(List::stream).distinct().toList();
  }

  /** True for the caller that has to close; the others have waited for it, as long as they may. */
  private boolean begin(Deadline deadline) throws InterruptedException {
    lock.lock();
    try {
      while (state == State.CLOSING) {
        long nanos = TimeUnit.NANOSECONDS.convert(deadline.remaining());
        if (nanos <= 0) {
          return false;
        }
        settled.awaitNanos(nanos);
      }
      if (state == State.CLOSED) {
        return false;
      }
      state = State.CLOSING;
      registry.enter(Phase.CLOSING);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void finish(Map<Primitive, List<String>> unfinished) {
    registry.enter(Phase.CLOSED);
    timer.end();
    watchdog.end();
    Thread unneeded;
    lock.lock();
    try {
      left = unfinished;
      unneeded = hook;
      hook = null;
    } finally {
      lock.unlock();
    }
    if (unneeded != null && unneeded != Thread.currentThread()) {
      removeHook(unneeded);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs, and finds the runtime closed.
    }
  }

  private void settle(State next) {
    lock.lock();
    try {
      state = next;
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What the close left and has not ended since; all that lives while one is going on. */
  private List<String> unfinished() {
    Map<Primitive, List<String>> known;
    boolean closed;
    lock.lock();
    try {
      known = left;
      closed = state == State.CLOSED || !known.isEmpty();
    } finally {
      lock.unlock();
    }
    if (!closed) {
      return registry.live().values().stream().map(Registry.Member::name).distinct().toList();
    }
    return known.entrySet().stream()
        .filter(e -> isLive(e.getKey()))
        .flatMap(e -> e.getValue().stream())
        .distinct()
        .toList();
  }

  private boolean isLive(Primitive left) {
    Primitive lives = left instanceof PoolHandle handle ? handle.pool() : left;
    return !(lives instanceof Managed managed) || registry.isLive(managed);
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return state.toString();
    } finally {
      lock.unlock();
    }
  }
}
