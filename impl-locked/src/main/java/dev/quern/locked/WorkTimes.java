// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.WorkQueueSpec;

/** Which times a work queue keeps: each costs clock reads. */
enum WorkTimes {
  /** Since when items run, no more. */
  RUNS,
  /** And since when they stand in line (rule W18). */
  WAITS,
  /** And how long they waited and ran, all together (rule R8). */
  TOTALS;

  static WorkTimes of(WorkQueueSpec spec) {
    if (spec.timing().orElse(false)) {
      return TOTALS;
    }
    return spec.waitLimit().isPresent() ? WAITS : RUNS;
  }
}
