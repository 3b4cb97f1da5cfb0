// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * Where a worker stands, and its entry in the {@link IdleStack}.
 *
 * <pre>
 *   from       to         by         when
 *   SEARCHING  BUSY       itself     it has found a job
 *   BUSY       SEARCHING  itself     the body has left, before the end of its run is seen
 *   SEARCHING  IDLE       itself     it has found none; then it is pushed
 *   IDLE       SEARCHING  a popper   claim: it is awake, or will be
 *   IDLE       LEAVING    itself     its time is up; its entry stays where it is
 *   LEAVING    GONE       a popper   its entry is out
 *   other      GONE       itself     it leaves with no entry
 *   GONE       SEARCHING  who hires  of a view: the worker is used again
 * </pre>
 *
 * <p>A worker in IDLE or LEAVING has exactly one entry in the stack, else none; so nobody is pushed
 * twice. Claim and time-out are both a CAS from IDLE: one wins. The place of a GONE worker may be
 * given to another.
 *
 * <p>Ordering: every change but the one after a body is in volatile mode; a worker that turns BUSY
 * does so before it looks whether more work waits, see {@link PoolStaff}.
 */
class WorkerState {
  static final int SEARCHING = 0;
  static final int BUSY = 1;
  static final int IDLE = 2;
  static final int LEAVING = 3;
  static final int GONE = 4;
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "state", VarHandle.class, WorkerState.class, int.class);

  private volatile int state;

  /** The worker under it in the stack, 0 for none; written by itself before it is pushed. */
  volatile int below;

  /** Its number in the table, from 1; written once, before its thread is started. */
  int place;

  int state() {
    return state;
  }

  /** Itself. */
  void foundJob() {
    assert state == SEARCHING : state;
    state = BUSY;
  }

  /** Itself, before it is pushed. */
  void idles() {
    assert state == SEARCHING : state;
    state = IDLE;
  }

  boolean isIdle() {
    return state == IDLE;
  }

  /** A popper, which has just taken the entry out. False if the worker is leaving. */
  boolean claim() {
    if (STATE.compareAndSet(this, IDLE, SEARCHING)) {
      return true;
    }
    assert state == LEAVING : state;
    state = GONE;
    return false;
  }

  /** Itself, when its time is up. False if it was claimed meanwhile. */
  boolean timeOut() {
    return STATE.compareAndSet(this, IDLE, LEAVING);
  }

  /** Itself, or who failed to start it, at last. */
  void leaves() {
    if (state <= BUSY) {
      state = GONE;
    }
  }

  /**
   * Itself, after a body. The step of the job's word that follows publishes it: who saw the run end
   * sees who searches.
   */
  void searchesRelease() {
    STATE.setRelease(this, SEARCHING);
  }

  /** Who hires it for a view: it will look for a job. */
  void searches() {
    state = SEARCHING;
  }

  boolean isGone() {
    return state == GONE;
  }
}
