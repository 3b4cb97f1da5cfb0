// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ClosedException;
import dev.quern.CpuPools;
import dev.quern.Kind;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Primitive;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.config.runtime.EffectiveSpecs.Effective;
import dev.quern.config.views.RuntimeViews;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The pools by name (rule P1). A {@link SharedPool} is found here while it has handles; whoever
 * gives back the last one takes it out, so that the next call makes a new pool while the old one
 * ends. What dropped primitives had is given back by whoever comes along next, for whatever pool:
 * that needs no thread, and a pool that nobody uses is in nobody's way until then.
 */
@Singleton
final class SharedPools {
  /** The runtime's own pool, for primitives that name none. */
  static final String OWN = "quern.pool";

  private final Maker maker;
  private final Primitives primitives;
  private final TimerThread timer;
  private final CpuBinding binding;
  private final Threads threads;
  private final Log log;
  private final RuntimeViews views;
  private final Map<String, SharedPool> live = new ConcurrentHashMap<>();
  private final ReferenceQueue<LentPool> dropped = new ReferenceQueue<>();

  /** The runtime itself keeps a handle of its own pool, so that it doesn't come and go. */
  private final AtomicBoolean ownKept = new AtomicBoolean();

  @Inject
  SharedPools(
      Maker maker,
      Primitives primitives,
      TimerThread timer,
      Threads threads,
      CpuBinding binding,
      Log log,
      RuntimeViews views) {
    this.maker = maker;
    this.primitives = primitives;
    this.timer = timer;
    this.threads = threads;
    this.binding = binding;
    this.log = log;
    this.views = views;
  }

  /** A user's handle of the pool as it is, or made with what is configured for it. */
  ThreadPool handle(String name) {
    return handle(acquire(ThreadPoolSpec.named(name), false, SharedPool.NO_CPU));
  }

  /** A user's handle of a pool like that. */
  ThreadPool handle(ThreadPoolSpec spec) {
    return handle(acquire(spec, true, SharedPool.NO_CPU));
  }

  /** Rules G1, G14. */
  void requireNameForCpus(String name) {
    CpuNames.requireShort(name, binding.count());
  }

  /** A user's handle of a pool like that for each CPU; if one can't be had, of none (P12). */
  CpuPools handles(ThreadPoolSpec spec) {
    List<PoolHandle> handles = new ArrayList<>();
    try {
      for (int cpu = 0; cpu < binding.count(); cpu++) {
        handles.add(handle(acquire(CpuNames.of(spec, cpu), true, cpu)));
      }
    } catch (Throwable thrown) {
      handles.forEach(PoolHandle::abandon);
      throw thrown;
    }
    return new CpuPoolHandles(spec.name(), handles, binding, spec.virtual().orElse(false));
  }

  /** A primitive's handle. */
  Pool lend(@Nullable String name) {
    if (name == null && ownKept.compareAndSet(false, true)) {
      try {
        acquire(ThreadPoolSpec.named(OWN), false, SharedPool.NO_CPU);
      } catch (Throwable thrown) {
        ownKept.set(false);
        throw thrown;
      }
    }
    String which = name == null ? OWN : name;
    SharedPool shared = acquire(ThreadPoolSpec.named(which), false, SharedPool.NO_CPU);
    return new LentPool(shared, this, dropped);
  }

  /** A view of that pool, which gets a handle of its own (rule P17). */
  PoolView view(SharedPool shared, PoolViewSpec spec) {
    return maker.poolView(
        shared.name(),
        spec,
        merged -> {
          if (!shared.retain()) {
            throw new ClosedException(
                Failures.describe(Kind.THREAD_POOL, shared.name()) + ": is closed");
          }
          LentPool base = new LentPool(shared, this, dropped);
          try {
            return primitives.newPoolView(merged, base);
          } catch (Throwable thrown) {
            base.close();
            throw thrown;
          }
        });
  }

  /** A failure of a pool itself, not of a job: it broke, and those who use it are told (G17). */
  void broke(String name, Throwable cause) {
    SharedPool shared = live.get(name);
    if (shared != null) {
      shared.broke(cause);
    }
  }

  /** Gives back one handle; true for the last, whose giver has to end the pool. */
  boolean release(SharedPool shared) {
    boolean last = released(shared);
    giveBackDroppedAfter(shared);
    return last;
  }

  /** Gives back what a primitive has, once. Waits for nobody. */
  void giveBack(Loan loan) {
    end(loan);
    giveBackDroppedAfter(loan.shared());
  }

  private void giveBackDropped() {
    for (Reference<?> gone = dropped.poll(); gone != null; gone = dropped.poll()) {
      end((Loan) gone);
    }
  }

  /** After the runtime's close nobody may come along who finds in the queue what gets there yet. */
  private void giveBackDroppedAfter(SharedPool shared) {
    giveBackDropped();
    if (timer.isOver()) {
      shared.dropped().forEach(this::end);
    }
  }

  private void end(Loan loan) {
    SharedPool shared = loan.shared();
    if (!shared.remove(loan) || !released(shared)) {
      return;
    }
    if (shared.isInside()) {
      endElsewhere(shared.pool());
    } else {
      endNow(shared.pool());
    }
  }

  private boolean released(SharedPool shared) {
    boolean last = shared.release();
    if (last) {
      live.remove(shared.name(), shared);
    }
    return last;
  }

  /** Every pool that has handles. */
  List<SharedPool> live() {
    giveBackDropped();
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

  private PoolHandle handle(SharedPool shared) {
    PoolHandle handle = new PoolHandle(shared, this, primitives, views);
    shared.add(handle);
    return handle;
  }

  private SharedPool acquire(ThreadPoolSpec spec, boolean compare, int cpu) {
    giveBackDropped();
    Effective<ThreadPoolSpec> effective = maker.settle(spec);
    String name = spec.name();
    boolean binds = cpu != SharedPool.NO_CPU && !spec.virtual().orElse(false);
    UnaryOperator<Runnable> workers = binds ? binding.workers(cpu) : UnaryOperator.identity();
    while (true) {
      SharedPool shared = live.computeIfAbsent(name, SharedPool::new);
      try {
        boolean acquired =
            shared.acquire(
                compare ? spec : null,
                cpu,
                effective,
                settled -> maker.threadPool(settled, name.startsWith(Key.PREFIX), workers));
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
