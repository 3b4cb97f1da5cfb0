// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.ArrayList;
import java.util.List;

/**
 * The runs that are queued or going on at one instant, for a flush of the queue (rule W10).
 *
 * <p>What stands in line at the call has left it when head has come to where tail was, and has run
 * when every lane is past that place: a lane shows its place before it moves head. What is queued
 * behind its own run may have no place yet: those runs are watched one by one, before tail is read,
 * since the end of a run gives the next one its place before the lane shows it no more. Head and
 * lanes move on also where nobody runs, so a lane wakes who waits after each place that it takes.
 */
final class OwedRuns {
  private record Run(LockfreeWork work, long identity) {}

  private final WorkCore core;
  private final long end;
  private volatile List<Run> behind; // those left; the watchdog reads it, too

  OwedRuns(WorkCore core) {
    this.core = core;
    List<Run> running = new ArrayList<>();
    for (Lane lane : core.lanes.all()) {
      LockfreeWork work = lane.work();
      if (work != null) {
        running.add(new Run(work, work.latest(WorkState.Entry.WATCH)));
      }
    }
    this.behind = List.copyOf(running);
    this.end = core.line.end(); // last: a run whose lane was seen free has its place by now
  }

  /** What is over stays so. Head first: whoever took a place before it shows it till the end. */
  boolean areOver() {
    List<Run> left = behind;
    if (!left.isEmpty()) {
      left = left.stream().filter(run -> !run.work.isOver(run.identity)).toList();
      behind = left;
    }
    return left.isEmpty()
        && core.line.begin() >= end
        && core.lanes.all().stream().allMatch(lane -> lane.isPast(end));
  }

  /** Whether the run of that item that goes on, if one does, is one of them or before one. */
  boolean include(Object item) {
    return behind.stream().anyMatch(run -> run.work == item && !run.work.isOver(run.identity))
        || core.lanes.all().stream().anyMatch(lane -> lane.work() == item && !lane.isPast(end));
  }
}
