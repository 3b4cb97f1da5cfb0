// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Target;

/** A child's place with its target. */
final class QueuePlace implements Target.Place {
  private final LockedDaemonQueue<?> target;
  private final Target.Child child;

  QueuePlace(LockedDaemonQueue<?> target, Target.Child child) {
    this.target = target;
    this.child = child;
  }

  Target.Child child() {
    return child;
  }

  @Override
  public void enter() {
    target.register(this);
  }

  @Override
  public void addTurn() {
    target.addTurn(this);
  }

  @Override
  public void withdraw() {
    target.removeTurn(this);
  }

  @Override
  public void leave() {
    target.unregister(this);
  }
}
