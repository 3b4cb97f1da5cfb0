// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

/** The states of an item that rule W1 tells apart and that a program can bring about. */
enum ItemState {
  IDLE(Pending.NOTHING, false),
  DELAYED(Pending.DELAYED, false),
  QUEUED(Pending.QUEUED, false),
  RUNNING(Pending.NOTHING, true),
  RUNNING_DELAYED(Pending.DELAYED, true),
  RUNNING_QUEUED(Pending.QUEUED, true),
  /** A run goes on, and somebody called cancelAndWait. */
  CANCELLING(Pending.NOTHING, true),
  DISABLED(Pending.NOTHING, false),
  DISABLED_RUNNING(Pending.NOTHING, true),
  /** A run goes on, and somebody called disableAndWait. */
  DISABLED_CANCELLING(Pending.NOTHING, true);

  /** What is pending. */
  enum Pending {
    NOTHING,
    DELAYED,
    QUEUED
  }

  private final Pending pending;
  private final boolean running;

  ItemState(Pending pending, boolean running) {
    this.pending = pending;
    this.running = running;
  }

  Pending pending() {
    return pending;
  }

  boolean running() {
    return running;
  }

  boolean cancelling() {
    return this == CANCELLING || this == DISABLED_CANCELLING;
  }

  boolean disabled() {
    return this == DISABLED || this == DISABLED_RUNNING || this == DISABLED_CANCELLING;
  }

  /** Whether submissions are answered by REFUSED. */
  boolean refusing() {
    return cancelling() || disabled();
  }
}
