// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Host;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * The end of a context: how it is awaited, and who brings it.
 *
 * <pre>
 *   from       to         by
 *   OPEN       QUIET      the owner that sealed the chain and left: nothing will run any more
 *   QUIET      RELEASING  a closer, else that owner: one thread gives the pool back
 *   RELEASING  ENDED      that thread; the runtime forgets the context
 * </pre>
 *
 * <p>The owner leaves the release to a closer, since giving back a pool may wait for its workers,
 * and a dispatch waits for nobody. One of them does it: the owner sets QUIET, then reads closers; a
 * closer that gives up counts itself out, then reads QUIET.
 */
final class ContextEnd {
  private static final int OPEN = 0;
  private static final int QUIET = 1;
  private static final int RELEASING = 2;
  private static final int ENDED = 3;

  private static final VarHandle PHASE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "phase", VarHandle.class, ContextEnd.class, int.class);
  private static final VarHandle CLOSERS =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "closers", VarHandle.class, ContextEnd.class, int.class);

  private final Host host;
  private final LockfreeTaskContext context;
  private final ContextPool pool;
  private final WaitList waiters;
  private volatile int phase;
  private volatile int closers;

  ContextEnd(Host host, LockfreeTaskContext context, ContextPool pool) {
    this.host = host;
    this.context = context;
    this.pool = pool;
    this.waiters = new WaitList(host.parker());
  }

  boolean isEnded() {
    return phase == ENDED;
  }

  /** Nobody has seen the context, and nothing was lent: there is nothing to be done. */
  void skipTo() {
    phase = ENDED;
  }

  /** Who left last, for ever. Any number of times. */
  void quiet() {
    if (PHASE.compareAndSet(this, OPEN, QUIET)) {
      waiters.wakeAll();
      if (closers == 0) {
        release();
      }
    }
  }

  /** A closer. False when the time is up. */
  boolean await(Deadline deadline) throws InterruptedException {
    CLOSERS.getAndAdd(this, 1);
    try {
      waiters.await(() -> phase != OPEN, deadline);
    } finally {
      CLOSERS.getAndAdd(this, -1);
      release();
    }
    return isEnded() || waiters.await(this::isEnded, deadline);
  }

  /** As await, to the end; then restores the interrupt flag (rule G4). */
  void awaitUninterruptibly() {
    boolean interrupted = false;
    while (!isEnded()) {
      try {
        await(Deadline.NEVER);
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void release() {
    if (!PHASE.compareAndSet(this, QUIET, RELEASING)) {
      return;
    }
    try {
      pool.release();
    } finally {
      host.ended(context);
      phase = ENDED;
      waiters.wakeAll();
    }
  }
}
