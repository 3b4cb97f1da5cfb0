// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** What became of a submission. Rules W2, P4, P17, T5, W25. */
public enum Submission {
  /** A run was added. */
  QUEUED,
  /** A run was pending already; it sees all that the caller did before. */
  COALESCED,
  /** Draining, disabled, being cancelled, or no room: no run will come of this call. */
  REFUSED
}
