// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.ArrayList;
import java.util.List;

/**
 * The runs that wait or go on in a view at one instant, for its flush (rule P17).
 *
 * <p>A run that is owed moves one way: behind the run in progress, in a worker's hand; in line; in
 * a worker's hand again; over. A hand is filled inside the line before the place leaves it, and let
 * go when all that follows is in line. So hands, line, hands again miss none: one that the first
 * look did not find in a hand is in line or further, one that the second did not find in line is in
 * a hand or over.
 */
final class OwedJobs {
  private record Owed(JobState job, long run) {}

  private final List<Owed> owed = new ArrayList<>();

  OwedJobs(PoolStaff staff) {
    lookAtHands(staff);
    staff.forEachWaiting(this::add);
    lookAtHands(staff);
  }

  private void lookAtHands(PoolStaff staff) {
    staff.forEachWorker(
        worker -> {
          LineNode hand = worker.hand();
          if (hand != null) {
            add(hand.job());
          }
        });
  }

  private void add(JobState job) {
    job.forEachOwed(run -> owed.add(new Owed(job, run)));
  }

  /** What is over stays so. */
  boolean areOver() {
    owed.removeIf(each -> each.job.isOver(each.run));
    return owed.isEmpty();
  }
}
