// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.config.runtime.EffectiveSpecs.Effective;
import dev.quern.spi.Managed;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One provider's pool and the count of its handles; dead from the moment when none is left. */
final class SharedPool {
  /** A pool of no CPU in particular. */
  static final int NO_CPU = -1;

  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<PoolHandle> handles = new LinkedHashSet<>(); // guarded by lock
  private final Set<Loan> loans = new HashSet<>(); // guarded by lock
  private @Nullable ThreadPool pool; // guarded by lock, set once
  private @Nullable ThreadPoolSpec spec; // guarded by lock, set with pool
  private int cpu = NO_CPU; // guarded by lock, set with pool
  private final Map<Object, Consumer<Throwable>> listeners =
      new LinkedHashMap<>(); // guarded by lock
  private @Nullable Throwable broken; // guarded by lock
  private int count; // guarded by lock
  private boolean dead; // guarded by lock

  SharedPool(String name) {
    this.name = name;
  }

  /**
   * Counts one more handle, making the pool for the first; false if it is dead. A failing {@code
   * make} kills it. The lock is held meanwhile: those who race for this pool wait for it.
   *
   * @param ofCpu whose pool it is to be; {@link #NO_CPU} takes a live one as it is
   */
  boolean acquire(
      @Nullable ThreadPoolSpec asked,
      int ofCpu,
      Effective<ThreadPoolSpec> effective,
      Function<Effective<ThreadPoolSpec>, ThreadPool> make) {
    lock.lock();
    try {
      if (dead) {
        return false;
      }
      if (pool == null) {
        dead = true; // unless the next line comes back
        pool = make.apply(effective);
        spec = effective.spec();
        cpu = ofCpu;
        dead = false;
      } else {
        requireOf(ofCpu);
        if (asked != null) {
          requireSame(asked, effective.spec());
        }
      }
      count++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Counts one more handle of a pool that is there; false if it is dead. */
  boolean retain() {
    lock.lock();
    try {
      if (!dead) {
        count++;
      }
      return !dead;
    } finally {
      lock.unlock();
    }
  }

  /** Counts one handle less. True for the last: the caller ends the pool. */
  boolean release() {
    lock.lock();
    try {
      dead = --count == 0;
      return dead;
    } finally {
      lock.unlock();
    }
  }

  void add(PoolHandle handle) {
    lock.lock();
    try {
      handles.add(handle);
    } finally {
      lock.unlock();
    }
  }

  void remove(PoolHandle handle) {
    lock.lock();
    try {
      handles.remove(handle);
    } finally {
      lock.unlock();
    }
  }

  void add(Loan loan) {
    lock.lock();
    try {
      loans.add(loan);
    } finally {
      lock.unlock();
    }
  }

  /** True for the first to say that it is over. */
  boolean remove(Loan loan) {
    lock.lock();
    try {
      return loans.remove(loan);
    } finally {
      lock.unlock();
    }
  }

  /** The loans of those who are gone and have not given it back. */
  List<Loan> dropped() {
    lock.lock();
    try {
      return loans.stream().filter(Loan::isDropped).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a primitive has it that has not given it back, and was not dropped (rule G15). */
  boolean isLent() {
    lock.lock();
    try {
      return !loans.stream().allMatch(Loan::isDropped);
    } finally {
      lock.unlock();
    }
  }

  /** Those of users that are not closed. */
  List<PoolHandle> handles() {
    lock.lock();
    try {
      return List.copyOf(handles);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is one handle left. */
  boolean isHeldOnce() {
    lock.lock();
    try {
      return count == 1;
    } finally {
      lock.unlock();
    }
  }

  boolean isDead() {
    lock.lock();
    try {
      return dead;
    } finally {
      lock.unlock();
    }
  }

  /** Has that borrower told when the pool breaks, or at once. */
  void whenBroken(Object borrower, Consumer<Throwable> listener) {
    Throwable cause;
    lock.lock();
    try {
      cause = broken;
      if (cause == null) {
        listeners.put(borrower, listener);
      }
    } finally {
      lock.unlock();
    }
    if (cause != null) {
      listener.accept(cause);
    }
  }

  /** That borrower wants to hear nothing any more. */
  void forget(Object borrower) {
    lock.lock();
    try {
      listeners.remove(borrower);
    } finally {
      lock.unlock();
    }
  }

  /** The pool broke: its borrowers are told, by this thread and without the lock. */
  void broke(Throwable cause) {
    List<Consumer<Throwable>> told;
    lock.lock();
    try {
      broken = broken == null ? cause : broken;
      told = List.copyOf(listeners.values());
      listeners.clear();
    } finally {
      lock.unlock();
    }
    told.forEach(listener -> listener.accept(cause));
  }

  boolean threadNames() {
    lock.lock();
    try {
      return spec != null && spec.threadNames().orElse(false);
    } finally {
      lock.unlock();
    }
  }

  boolean clearsThreadLocals() {
    lock.lock();
    try {
      return spec != null && spec.clearThreadLocals().orElse(false);
    } finally {
      lock.unlock();
    }
  }

  String name() {
    return name;
  }

  /** The provider's pool; call it only between acquire and release. */
  ThreadPool pool() {
    lock.lock();
    try {
      return Objects.requireNonNull(pool, name);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the caller is in a job of this pool. */
  boolean isInside() {
    return ((Managed) pool()).holdsCaller();
  }

  /** Whether the caller is in a job of this pool, and the pool can run no other beside it. */
  boolean isInsideOnlyWorker() {
    lock.lock();
    try {
      if (spec == null || !spec.maxThreads().equals(Optional.of(1))) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    return isInside();
  }

  /** Called with the lock held. */
  private void requireOf(int ofCpu) {
    if (ofCpu != NO_CPU && ofCpu != cpu) {
      throw new MisuseException(
          Failures.describe(Kind.THREAD_POOL, name)
              + ": is live, but not made as the pool of CPU "
              + ofCpu);
    }
  }

  /**
   * An option that the program states must be what the live pool has. Called with the lock held.
   */
  private void requireSame(ThreadPoolSpec asked, ThreadPoolSpec merged) {
    ThreadPoolSpec live = Objects.requireNonNull(spec, name);
    requireSame("priority", asked.priority(), merged.priority(), live.priority());
    requireSame("maxThreads", asked.maxThreads(), merged.maxThreads(), live.maxThreads());
    requireSame("idleLimit", asked.idleLimit(), merged.idleLimit(), live.idleLimit());
    requireSame("virtual", asked.virtual(), merged.virtual(), live.virtual());
    requireSame("maxRun", asked.maxRun(), merged.maxRun(), live.maxRun());
    requireSame("threadNames", asked.threadNames(), merged.threadNames(), live.threadNames());
    requireSame(
        "clearThreadLocals",
        asked.clearThreadLocals(),
        merged.clearThreadLocals(),
        live.clearThreadLocals());
  }

  private void requireSame(String option, Optional<?> asked, Optional<?> merged, Optional<?> live) {
    if (asked.isPresent() && !merged.equals(live)) {
      throw new MisuseException(
          Failures.describe(Kind.THREAD_POOL, name)
              + ": is live with "
              + option
              + " "
              + live.orElseThrow()
              + ", asked for with "
              + merged.orElseThrow());
    }
  }
}
