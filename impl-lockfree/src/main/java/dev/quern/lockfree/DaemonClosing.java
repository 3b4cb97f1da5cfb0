// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * The end of a daemon queue's close. Once {@link DaemonState} is OVER, one thread gives the carrier
 * back and tells the host, and all who close wait for that (rules D6, G19).
 *
 * <pre>
 *   who releases, if it comes first              why it may
 *   a thread in close() or closeNow()            it cannot give up, and may wait for the carrier
 *   the drainer, a dismissed thread on its way   does not wait for itself; not while one of those
 *   a timed closer, whoever broke the queue        is there
 * </pre>
 *
 * <p>claimRelease elects one. Somebody always claims: who can't give up counts itself in {@code
 * patient} before its close is a step of the state word, and claims after OVER. The others look at
 * {@code patient} after OVER. So if they see none, all who come later find RELEASED set and wait
 * for ENDED; if they see one, it will claim. All in volatile mode.
 */
final class DaemonClosing {
  private static final VarHandle PATIENT =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "patient", VarHandle.class, DaemonClosing.class, int.class);

  private final LockfreeDaemonQueue<?> queue;
  private final DaemonState state;
  private final DaemonCarrier carrier;
  private final WaitList waits;
  private volatile int patient; // threads that will not give up

  DaemonClosing(
      LockfreeDaemonQueue<?> queue, DaemonState state, DaemonCarrier carrier, WaitList waits) {
    this.queue = queue;
    this.state = state;
    this.carrier = carrier;
    this.waits = waits;
  }

  /** Before its close is a step: this thread calls {@link #awaitPatiently} whatever comes. */
  void bePatient() {
    PATIENT.getAndAdd(this, 1);
  }

  /** It is through. */
  void losePatience() {
    PATIENT.getAndAdd(this, -1);
  }

  void awaitPatiently() {
    waits.awaitUninterruptibly(state::isOver);
    if (state.claimRelease()) {
      release();
    }
    waits.awaitUninterruptibly(state::isEnded);
    awaitGone();
  }

  /** False when the time is up. It may have been this closer's step that ended the queue. */
  boolean await(Deadline deadline) throws InterruptedException {
    try {
      if (!waits.await(state::isOver, deadline)) {
        return false;
      }
    } finally { // also when it is interrupted before it looks: nobody else may come
      leave();
    }
    return waits.await(state::isEnded, deadline) && carrier.awaitGone(deadline);
  }

  /** Does nothing if the queue is not over, or another one releases. */
  void releaseUnlessAwaited() {
    if (state.isOver() && patient == 0 && state.claimRelease()) {
      release();
    }
  }

  /** The drainer at the end of a drain, a timed closer, or whoever broke the queue. */
  void leave() {
    if (!carrier.endsItself()) {
      releaseUnlessAwaited();
    }
  }

  /** The name is free before any close returns. */
  private void release() {
    try {
      carrier.release();
      queue.tellEnded();
    } catch (Throwable ours) {
      queue.broke(ours);
    } finally {
      state.ended();
      waits.wakeAll();
    }
  }

  private void awaitGone() {
    boolean interrupted = false;
    while (true) {
      try {
        carrier.awaitGone(Deadline.NEVER);
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
