// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A turn that its caller waits for.
 *
 * <pre>
 *   from     to         by
 *   PENDING  BEGUN      runner: the turn has come
 *   PENDING  WITHDRAWN  caller: gave up in time (rule G4)
 *   BEGUN    DONE       runner: ended
 *   BEGUN    ALONE      caller: gave up too late; nobody sees how it ends
 *   any      LOST       the context broke
 * </pre>
 *
 * <p>Ordering: what the runner did happens-before DONE, which the caller reads (rule G3).
 */
abstract class AwaitedTurn extends Turn {
  private static final int PENDING = 0;
  private static final int BEGUN = 1;
  private static final int DONE = 2;
  private static final int WITHDRAWN = 3;
  private static final int ALONE = 4;
  private static final int LOST = 5;

  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "state", VarHandle.class, AwaitedTurn.class, int.class);

  private final WaitList waiter;
  private volatile int state;

  AwaitedTurn(Parker parker) {
    this.waiter = new WaitList(parker);
  }

  /** Runner. False if it was withdrawn. */
  final boolean tryBegin() {
    return STATE.compareAndSet(this, PENDING, BEGUN);
  }

  /** Runner. False if nobody waits any more. */
  final boolean tryFinish() {
    boolean seen = STATE.compareAndSet(this, BEGUN, DONE);
    waiter.wakeAll();
    return seen;
  }

  final boolean isDone() {
    return state == DONE;
  }

  private boolean isSettled() {
    int now = state;
    return now == DONE || now == LOST;
  }

  /** Caller: until it is done or lost. False when the time is up. */
  final boolean await(Deadline deadline) throws InterruptedException {
    return waiter.await(this::isSettled, deadline);
  }

  /** Caller, who gives up. True if the turn will not come, and its place is to be dropped. */
  final boolean giveUp() {
    if (STATE.compareAndSet(this, PENDING, WITHDRAWN)) {
      return true;
    }
    STATE.compareAndSet(this, BEGUN, ALONE);
    return false;
  }

  @Override
  final void drop() {
    if (STATE.compareAndSet(this, PENDING, LOST) || STATE.compareAndSet(this, BEGUN, LOST)) {
      waiter.wakeAll();
    }
  }

  @Override
  boolean isDead() {
    return state == WITHDRAWN;
  }

  @Override
  public @Nullable String item() {
    return null;
  }
}
