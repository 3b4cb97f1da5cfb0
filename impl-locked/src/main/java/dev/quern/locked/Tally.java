// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Family;
import dev.quern.Submission;
import dev.quern.spi.Managed;
import java.util.List;

/** Totals of a primitive (rule R8). Guarded by the lock of the primitive. */
final class Tally {
  private long accepted;
  private long coalesced;
  private long refused;
  private long completed;
  private long failed;

  Submission add(Submission answer) {
    switch (answer) {
      case QUEUED -> accepted++;
      case COALESCED -> coalesced++;
      case REFUSED -> refused++;
    }
    return answer;
  }

  void runEnded() {
    completed++;
  }

  void runThrew() {
    failed++;
  }

  Managed.Counts counts(long pending, List<Family.Running> running) {
    return new Managed.Counts(pending, running, accepted, coalesced, refused, completed, failed);
  }
}
