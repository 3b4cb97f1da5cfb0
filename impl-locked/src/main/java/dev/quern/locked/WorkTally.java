// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Family;
import dev.quern.Submission;
import dev.quern.spi.Managed.Counts;
import java.util.List;

/** The totals of a work queue (rule R8). Guarded by the queue's lock. */
final class WorkTally {
  private long accepted;
  private long coalesced;
  private long refused;
  private long completed;
  private long failed;
  private long waited; // nanoseconds
  private long ran; // nanoseconds

  Submission answered(Submission answer) {
    switch (answer) {
      case QUEUED -> accepted++;
      case COALESCED -> coalesced++;
      case REFUSED -> refused++;
    }
    return answer;
  }

  void ran(boolean ok) {
    completed++;
    failed += ok ? 0 : 1;
  }

  void waitedFor(long nanos) {
    waited += nanos;
  }

  void ranFor(long nanos) {
    ran += nanos;
  }

  Counts counts(long pending, List<Family.Running> running) {
    return new Counts(
        pending, running, accepted, coalesced, refused, completed, failed, waited, ran);
  }
}
