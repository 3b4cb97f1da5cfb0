// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** What became of a cancellation. Rules W6, W7, P6, T13. */
public enum Cancellation {
  /** The pending run will not happen; an earlier one may still be going on. */
  REMOVED,
  /** Nothing was pending; a run had begun. */
  RUNNING,
  /** Neither pending nor running. */
  IDLE,
  /** A timed form gave up; the request stays in effect. */
  TIMED_OUT
}
