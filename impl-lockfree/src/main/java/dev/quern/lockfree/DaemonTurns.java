// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Target;

/**
 * Turns in the drain of another daemon queue, of any provider. At most one is in its line: the one
 * called (D8).
 */
final class DaemonTurns implements DaemonCarrier, Target.Child {
  private final LockfreeDaemonQueue<?> queue;
  private final Target target;
  private final Target.Place place;

  DaemonTurns(LockfreeDaemonQueue<?> queue, Target target) {
    this.queue = queue;
    this.target = target;
    this.place = target.newPlace(this);
  }

  @Override
  public void start() {
    place.enter();
  }

  @Override
  public void call() {
    place.addTurn();
  }

  @Override
  public void dismiss() {
    place.withdraw();
  }

  @Override
  public boolean endsItself() {
    return false;
  }

  @Override
  public void release() {
    place.leave();
  }

  @Override
  public boolean awaitGone(Deadline deadline) {
    return true;
  }

  @Override
  public boolean holdsCaller() {
    return target.holdsCaller();
  }

  @Override
  public String name() {
    return queue.name();
  }

  @Override
  public void takeTurn() {
    queue.drainOnce();
  }

  @Override
  public void broke(Throwable cause) {
    queue.broke(cause);
  }
}
