// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jspecify.annotations.Nullable;

/** A work item without a queue: its word, a line, and a lane that is called by hand. */
final class HandWork extends WorkState {
  final RunLine line;
  private final WatchedRuns watched = new WatchedRuns();
  private final boolean single;
  private long place;

  HandWork(RunLine line, boolean single) {
    this.line = line;
    this.single = single;
  }

  @Override
  RunLine line() {
    return line;
  }

  @Override
  WatchedRuns watched() {
    return watched;
  }

  @Override
  boolean isSingle() {
    return single;
  }

  @Override
  void engageLane() {}

  @Override
  void fire(long now) {
    enter(Entry.FIRE, now);
  }

  /** The lane: takes whatever stands in line, and begins the first live one. */
  boolean take() {
    @Nullable Object next;
    do {
      next = line.take(at -> place = at);
    } while (next != null && !begin(place, captured -> {}));
    return next != null;
  }

  /** How often it could begin, one after the other, of what stands in line now. */
  int live() {
    int live = 0;
    while (take()) {
      live++;
      end();
    }
    return live;
  }
}
