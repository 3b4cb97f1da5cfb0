// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

/**
 * What carries a daemon queue's drains: its own thread, a job of a pool, or turns in its target's
 * drain (rule D2). For each {@link #wake} it calls {@link LockedDaemonQueue#drainOnce} once, on one
 * thread at a time.
 *
 * <p>wake, withdraw and dismiss are called with the queue's lock held. Locks nest from a child to
 * its target, never back.
 */
interface QueueCarrier {
  /** Makes what carries. Leaves nothing behind when it throws. */
  void start();

  /** Returns whether {@link #call} is wanted as well, once the lock is free. */
  boolean wake();

  /**
   * What wake left to be done without the lock: others' code is called there. The queue may be over
   * by then.
   */
  default void call() {}

  /** The drain asked for is not wanted any more; it does no harm if it comes all the same. */
  void withdraw();

  /** There will be no drain any more. */
  void dismiss();

  /** Whether it has a thread that, once dismissed, asks for the release on its way out. */
  boolean endsItself();

  /** Gives back what start made, once. Waits for it to end, but never for the calling thread. */
  void release();

  /** After the release: waits until nothing is left. False when the time is up. */
  boolean awaitGone(QueueDeadline deadline) throws InterruptedException;

  /** Whether the calling thread holds up what this carrier needs for a drain (rule G6). */
  boolean holdsCaller();
}
