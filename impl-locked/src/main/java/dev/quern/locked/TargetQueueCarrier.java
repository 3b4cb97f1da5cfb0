// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

/** Turns in the drain of another daemon queue. At most one turn waits there: the one owed (D8). */
final class TargetQueueCarrier implements QueueCarrier {
  private final LockedDaemonQueue<?> queue;
  private final LockedDaemonQueue<?> target;

  TargetQueueCarrier(LockedDaemonQueue<?> queue, LockedDaemonQueue<?> target) {
    this.queue = queue;
    this.target = target;
  }

  @Override
  public void start() {
    target.register(queue);
  }

  @Override
  public void wake() {
    target.addTurn(queue);
  }

  @Override
  public void withdraw() {
    target.removeTurn(queue);
  }

  @Override
  public void dismiss() {
    // nothing waits for another drain
  }

  @Override
  public boolean endsItself() {
    return false;
  }

  @Override
  public void release() {
    target.unregister(queue);
  }

  @Override
  public boolean awaitGone(QueueDeadline deadline) {
    return true;
  }

  @Override
  public boolean holdsCaller() {
    return target.holdsCaller();
  }
}
