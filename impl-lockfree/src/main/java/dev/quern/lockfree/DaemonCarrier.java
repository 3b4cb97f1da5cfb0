// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

/**
 * What carries a daemon queue's drains: its own thread, a job of a pool, or turns in its target's
 * drain (rule D2). For each {@link #call} it runs {@link LockfreeDaemonQueue#drainOnce} once.
 * {@link DaemonState} sees to it that no call is made while another is outstanding or a drain goes
 * on.
 */
interface DaemonCarrier {
  /** Makes what carries. Leaves nothing behind when it throws (rule D16). */
  void start();

  void call();

  /**
   * The queue is over: there will be no drain any more. A call still outstanding may be dropped.
   */
  void dismiss();

  /** Whether it has a thread that, once dismissed, asks for the release on its way out. */
  boolean endsItself();

  /** Gives back what start made, once. Waits for its end, but never for the calling thread. */
  void release();

  /** After the release: waits until nothing is left. False when the time is up. */
  boolean awaitGone(Deadline deadline) throws InterruptedException;

  /** Whether the calling thread holds up what this carrier needs for a drain (rule G6). */
  boolean holdsCaller();
}
