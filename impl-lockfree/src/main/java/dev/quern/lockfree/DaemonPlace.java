// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Target;

/** A child's place with its target: whether it is live there, and the turn that it is owed. */
final class DaemonPlace implements Target.Place {
  private final LockfreeDaemonQueue<?> target;
  private final Target.Child child;
  private final TurnLine.Turn turn;

  DaemonPlace(LockfreeDaemonQueue<?> target, Target.Child child) {
    this.target = target;
    this.child = child;
    this.turn = new TurnLine.Turn(child);
  }

  @Override
  public void enter() {
    target.register(child);
  }

  /** After withdraw the turn adds an empty link to the line, which comes to nothing. */
  @Override
  public void addTurn() {
    target.addTurn(turn);
  }

  @Override
  public void withdraw() {
    target.dropTurn(turn);
  }

  @Override
  public void leave() {
    target.unregister(child);
  }
}
