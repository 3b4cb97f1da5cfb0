// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.spi.CpuBinder;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The CPUs of this runtime, and the binding of workers to them where a {@link CpuBinder} is found
 * and may (rule P12). That is looked for when it is first needed. There may be more CPUs to bind to
 * than processors that the JVM counts, or fewer: then several share a pool, or several pools a CPU.
 */
@Singleton
final class CpuBinding {
  private final Log log;

  /** Now: asked on a bound thread, the JVM may answer 1. */
  private final int count = Runtime.getRuntime().availableProcessors();

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Thread> bound = ConcurrentHashMap.newKeySet();
  private volatile boolean lookedFor;
  private volatile @Nullable CpuBinder binder;

  @Inject
  CpuBinding(Log log) {
    this.log = log;
  }

  /** How many pools there are. */
  int count() {
    return count;
  }

  boolean isBound() {
    return binder() != null;
  }

  /** The pool of the caller's CPU, or -1 if that is not known. */
  int current() {
    CpuBinder live = binder();
    try {
      return live == null ? -1 : live.current() % count;
    } catch (Throwable thrown) {
      giveUp("the CPU of a thread cannot be told", thrown);
      return -1;
    }
  }

  /** What goes around a worker of that CPU's pool. */
  UnaryOperator<Runnable> workers(int cpu) {
    return worker -> () -> run(cpu, worker);
  }

  /** For a thread that the caller starts: it must not be bound only because the caller is. */
  Runnable released(Runnable body) {
    CpuBinder live = binder;
    return live == null || !bound.contains(Thread.currentThread())
        ? body
        : () -> {
          try {
            live.release();
          } catch (Throwable thrown) {
            log.write(Level.WARNING, "a thread cannot be given all CPUs again", thrown);
          }
          body.run();
        };
  }

  private void run(int cpu, Runnable worker) {
    if (!bind(cpu)) {
      worker.run();
      return;
    }
    bound.add(Thread.currentThread());
    try {
      worker.run();
    } finally {
      bound.remove(Thread.currentThread());
    }
  }

  private boolean bind(int cpu) {
    CpuBinder live = binder();
    if (live == null) {
      return false;
    }
    try {
      if (live.bind(cpu % live.cpus())) {
        return true;
      }
      giveUp("a worker was not allowed on CPU " + cpu, null);
    } catch (Throwable thrown) {
      giveUp("a worker cannot be bound to CPU " + cpu, thrown);
    }
    return false;
  }

  private void giveUp(String why, @Nullable Throwable thrown) {
    boolean first;
    lock.lock();
    try {
      first = binder != null;
      binder = null;
    } finally {
      lock.unlock();
    }
    if (first) {
      log.write(Level.WARNING, "pools of CPUs are not bound any more: " + why, thrown);
    }
  }

  private @Nullable CpuBinder binder() {
    if (!lookedFor) {
      lock.lock();
      try {
        if (!lookedFor) {
          binder = find();
          lookedFor = true;
        }
      } finally {
        lock.unlock();
      }
    }
    return binder;
  }

  /** The first that can bind here. */
  private @Nullable CpuBinder find() {
    List<CpuBinder> fit = new ArrayList<>();
    Set<String> unfit = new LinkedHashSet<>();
    Services.each(
        CpuBinder.class,
        new Services.Finder<>() {
          @Override
          public void found(CpuBinder candidate) {
            if (candidate.cpus() > 0) {
              fit.add(candidate);
            } else {
              unfit.add(candidate.getClass().getName());
            }
          }

          @Override
          public void broken(Throwable thrown) {
            log.write(Level.WARNING, "a CPU binder cannot be loaded", thrown);
          }
        });
    if (fit.isEmpty() && !unfit.isEmpty()) {
      log.write(Level.WARNING, "pools of CPUs are not bound: " + unfit + " cannot bind here", null);
    }
    return fit.isEmpty() ? null : fit.get(0);
  }
}
