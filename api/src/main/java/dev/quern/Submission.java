// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** What became of a submission. Rules W2, P4, T5. */
public enum Submission {
  /** A run was added. */
  QUEUED,
  /** A run was pending already; it sees all that the caller did before. */
  COALESCED,
  /** Draining, disabled or being cancelled: no run will come of this call. */
  REFUSED
}
