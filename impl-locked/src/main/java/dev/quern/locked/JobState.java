// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

/**
 * Where a job stands (rules P4 to P6).
 *
 * <pre>
 *   event          IDLE         WAITING       RUNNING           RUNNING_AGAIN
 *   submit         WAITING (q)  WAITING (c)   RUNNING_AGAIN (i) RUNNING_AGAIN (c)
 *   begin          -            RUNNING       -                 -
 *   cancel         IDLE         IDLE          RUNNING           RUNNING
 *   end, done()    -            -             IDLE              WAITING (d)
 *
 *   (q) QUEUED   (c) COALESCED   (i) QUEUED; with an interlock COALESCED into the run in progress
 *   (d) done() with an interlock: IDLE, since the body looked again under it
 * </pre>
 *
 * <p>A job that an idle worker was given is RUNNING from that instant on.
 */
enum JobState {
  /** Nothing to do; bodies that called done() may still be leaving. */
  IDLE,
  /** In the pool's line. */
  WAITING,
  /** A worker has it, and its run is not done. */
  RUNNING,
  /** As RUNNING; and it was submitted since. */
  RUNNING_AGAIN;

  JobState submitted() {
    return switch (this) {
      case IDLE, WAITING -> WAITING;
      case RUNNING, RUNNING_AGAIN -> RUNNING_AGAIN;
    };
  }

  JobState begun() {
    assert this == WAITING : this;
    return RUNNING;
  }

  JobState cancelled() {
    return isRunning() ? RUNNING : IDLE;
  }

  JobState ended() {
    assert isRunning() : this;
    return this == RUNNING ? IDLE : WAITING;
  }

  /** How many runs are pending or going on. */
  int owed() {
    return switch (this) {
      case IDLE -> 0;
      case WAITING, RUNNING -> 1;
      case RUNNING_AGAIN -> 2;
    };
  }

  boolean isRunning() {
    return this == RUNNING || this == RUNNING_AGAIN;
  }
}
