// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Target;

/**
 * Turns in the drain of another daemon queue, of any provider. At most one turn waits there: the
 * one owed (D8).
 *
 * <p>It is asked for without the queue's lock. The queue may be over by then, and its place given
 * back: then the target does nothing.
 */
final class TargetQueueCarrier implements QueueCarrier, Target.Child {
  private final LockedDaemonQueue<?> queue;
  private final Target target;
  private final Target.Place place;

  TargetQueueCarrier(LockedDaemonQueue<?> queue, Target target) {
    this.queue = queue;
    this.target = target;
    this.place = target.newPlace(this);
  }

  @Override
  public void start() {
    place.enter();
  }

  @Override
  public boolean wake() {
    return true;
  }

  @Override
  public void call() {
    place.addTurn();
  }

  @Override
  public void withdraw() {
    // dismissed next
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
  public boolean awaitGone(QueueDeadline deadline) {
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
