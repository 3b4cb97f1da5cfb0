// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Primitive;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.config.runtime.EffectiveSpecs.Effective;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The pools by name (rule P1). A {@link SharedPool} is found here while it has handles; whoever
 * gives back the last one takes it out, so that the next call makes a new pool while the old one
 * ends.
 */
@Singleton
final class SharedPools {
  /** The runtime's own pool, for primitives that name none. */
  static final String OWN = "quern.pool";

  private final Maker maker;
  private final Primitives primitives;
  private final TimerThread timer;
  private final Threads threads;
  private final Log log;
  private final Map<String, SharedPool> live = new ConcurrentHashMap<>();

  /** The runtime itself keeps a handle of its own pool, so that it doesn't come and go. */
  private final AtomicBoolean ownKept = new AtomicBoolean();

  @Inject
  SharedPools(Maker maker, Primitives primitives, TimerThread timer, Threads threads, Log log) {
    this.maker = maker;
    this.primitives = primitives;
    this.timer = timer;
    this.threads = threads;
    this.log = log;
  }

  /** A user's handle of the pool as it is, or made with what is configured for it. */
  ThreadPool handle(String name) {
    return handle(acquire(ThreadPoolSpec.named(name), false));
  }

  /** A user's handle of a pool like that. */
  ThreadPool handle(ThreadPoolSpec spec) {
    return handle(acquire(spec, true));
  }

  /** A primitive's handle. */
  Pool lend(@Nullable String name) {
    if (name == null && ownKept.compareAndSet(false, true)) {
      try {
        acquire(ThreadPoolSpec.named(OWN), false);
      } catch (Throwable thrown) {
        ownKept.set(false);
        throw thrown;
      }
    }
    SharedPool shared = acquire(ThreadPoolSpec.named(name == null ? OWN : name), false);
    return new LentPool(shared, this);
  }

  /** Gives back one handle; true for the last, whose giver has to end the pool. */
  boolean release(SharedPool shared) {
    boolean last = shared.release();
    if (last) {
      live.remove(shared.name(), shared);
    }
    return last;
  }

  /** Every pool that has handles. */
  List<SharedPool> live() {
    return List.copyOf(live.values());
  }

  /** Has the pool ended by a thread that is none of its own. */
  void endElsewhere(ThreadPool pool) {
    AtomicBoolean asked = new AtomicBoolean();
    Alarm[] alarm = new Alarm[1];
    alarm[0] =
        timer.newAlarm(
            now -> {
              if (asked.compareAndSet(false, true)) {
                alarm[0].close();
                endNow(pool);
              }
              return Long.MAX_VALUE;
            });
    alarm[0].at(timer.now());
    if (timer.isOver() && asked.compareAndSet(false, true)) {
      alarm[0].close();
      endByItsOwnThread(pool);
    }
  }

  /** After the runtime's close: what that left unfinished has just ended. */
  private void endByItsOwnThread(ThreadPool pool) {
    try {
      threads.start(
          pool.name() + "-end",
          ThreadPoolSpec.NO_PRIORITY,
          false,
          SharedPools.class.getClassLoader(),
          () -> endNow(pool));
    } catch (CannotStartThreadException e) {
      log.write(Level.WARNING, pool + ": cannot be closed", e);
    }
  }

  /** The runtime gives up its handle of its own pool, before that is closed. */
  void releaseOwn() {
    SharedPool own = live.get(OWN);
    if (own != null && ownKept.compareAndSet(true, false)) {
      release(own);
    }
  }

  private void endNow(ThreadPool pool) {
    try {
      beginClose(pool);
    } catch (RuntimeException e) {
      log.write(Level.WARNING, pool + ": cannot be closed", e);
    }
  }

  /** Tells it to close, and waits for nothing. */
  static void beginClose(Primitive primitive) {
    boolean interrupted = Thread.interrupted(); // or it would not even look
    try {
      primitive.close(Duration.ZERO);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ThreadPool handle(SharedPool shared) {
    PoolHandle handle = new PoolHandle(shared, this, primitives);
    shared.add(handle);
    return handle;
  }

  private SharedPool acquire(ThreadPoolSpec spec, boolean compare) {
    Effective<ThreadPoolSpec> effective = maker.settle(spec);
    String name = spec.name();
    while (true) {
      SharedPool shared = live.computeIfAbsent(name, SharedPool::new);
      try {
        boolean acquired =
            shared.acquire(
                compare ? spec : null,
                effective,
                settled -> maker.threadPool(settled, name.startsWith(Key.PREFIX)));
        if (acquired) {
          return shared;
        }
      } finally {
        if (shared.isDead()) {
          live.remove(name, shared);
        }
      }
    }
  }
}
