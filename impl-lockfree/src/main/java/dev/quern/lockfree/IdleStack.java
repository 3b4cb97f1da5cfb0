// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of a pool's workers, and the stack of those that idle, most recent first (rule P9).
 *
 * <pre>
 *   top    version (32 bits), place of the top worker in the table, from 1; 0: nobody (32 bits)
 *   push   worker.below = top's place; CAS top -> (version + 1, worker)
 *   pop    CAS top -> (version + 1, worker.below); then claim the worker by its own word
 * </pre>
 *
 * <p>Workers that timed out stay where they are, and are skipped by the pop that comes to them: so
 * the stack holds every IDLE worker once, and besides only such as are LEAVING. The version defeats
 * ABA: a place that was taken out and pushed again, or was given to another worker, shows as
 * another top. It wraps after 2^32 changes during one pop.
 *
 * <p>Only the overseer adds workers, so the table has one writer; it grows by a copy and never
 * shrinks. A place is free again when its worker is GONE, which is when no entry refers to it.
 *
 * <p>Ordering: top is changed in volatile mode; a pop reads the table after the top, so it sees the
 * worker that was pushed. Progress: lock-free.
 */
final class IdleStack<W extends WorkerState> {
  private static final VarHandle TOP =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "top", VarHandle.class, IdleStack.class, long.class);

  private volatile long top;
  private volatile AtomicReferenceArray<@Nullable W> table = new AtomicReferenceArray<>(8);

  /**
   * Overseer: puts a new worker into the table.
   *
   * @param maker given whoever had the place before
   */
  W add(Function<@Nullable W, W> maker) {
    AtomicReferenceArray<@Nullable W> workers = table;
    int free = 0;
    while (free < workers.length() && !isFree(workers.get(free))) {
      free++;
    }
    if (free == workers.length()) {
      workers = grown(workers);
    }
    W worker = maker.apply(workers.get(free));
    worker.place = free + 1;
    workers.set(free, worker);
    table = workers;
    return worker;
  }

  private boolean isFree(@Nullable W worker) {
    return worker == null || worker.isGone();
  }

  private AtomicReferenceArray<@Nullable W> grown(AtomicReferenceArray<@Nullable W> old) {
    AtomicReferenceArray<@Nullable W> longer = new AtomicReferenceArray<>(2 * old.length());
    for (int i = 0; i < old.length(); i++) {
      longer.setPlain(i, old.get(i));
    }
    return longer;
  }

  /** All places, some of them empty or left: for those who look through them. */
  AtomicReferenceArray<@Nullable W> table() {
    return table;
  }

  /** The worker itself, which idles from now on. */
  void push(W worker) {
    worker.idles();
    while (true) {
      long old = top;
      worker.below = place(old);
      if (TOP.compareAndSet(this, old, next(old, worker.place))) {
        return;
      }
    }
  }

  /** The one that idles since the shortest time, claimed; null if there was none. */
  @Nullable W pop() {
    while (true) {
      long old = top;
      int place = place(old);
      if (place == 0) {
        return null;
      }
      W worker = table.get(place - 1);
      assert worker != null : place;
      int below = worker.below;
      if (TOP.compareAndSet(this, old, next(old, below)) && worker.claim()) {
        return worker;
      }
    }
  }

  /** Also if all that are left in it time out. */
  boolean isEmpty() {
    return place(top) == 0;
  }

  private static int place(long top) {
    return (int) top;
  }

  private static long next(long old, int place) {
    return (old >>> 32) + 1 << 32 | place;
  }
}
