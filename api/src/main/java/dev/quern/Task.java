// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * A task of one {@link TaskContext}, made once and dispatched any number of times; pending at most
 * once. Implemented by providers only. Rules T5, T8.
 */
public interface Task {
  /** The label it was made with. Never waits. Rule G14. */
  String name();

  /**
   * Runs the task here and now if nobody is inside its context, else leaves it to the runner. Any
   * thread; waits for nobody. What the caller did before is visible to the run that serves it. What
   * the body throws goes to the failure handler.
   *
   * @return QUEUED if a run was added (it may have ended already), COALESCED if the task was
   *     pending. Rules T2, T3, T5, T11, G2.
   */
  Submission dispatch();

  /**
   * Takes the pending run back. Any thread; never waits.
   *
   * @return REMOVED, RUNNING or IDLE. Rule T13.
   */
  Cancellation cancel();
}
