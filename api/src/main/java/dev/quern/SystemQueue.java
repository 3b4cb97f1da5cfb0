// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** The work queues that every runtime has without making them; closing one is misuse. Rule W13. */
public enum SystemQueue {
  /** {@code quern.default}: short items of everybody. */
  DEFAULT,
  /** {@code quern.long-running}: items that may take long or block, many at once. */
  LONG_RUNNING,
  /** {@code quern.high-priority}: short items on threads of the highest priority. */
  HIGH_PRIORITY,
  /** {@code quern.unbound}: no bound on how many run at once. */
  UNBOUND
}
