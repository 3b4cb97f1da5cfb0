// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

/** Turns in the drain of another daemon queue. At most one is in its line: the one called (D8). */
final class DaemonTurns implements DaemonCarrier {
  private final LockfreeDaemonQueue<?> queue;
  private final LockfreeDaemonQueue<?> target;
  private final TurnLine.Turn turn;

  DaemonTurns(LockfreeDaemonQueue<?> queue, LockfreeDaemonQueue<?> target) {
    this.queue = queue;
    this.target = target;
    this.turn = new TurnLine.Turn(queue);
  }

  @Override
  public void start() {
    target.register(queue);
  }

  @Override
  public void call() {
    target.addTurn(turn);
  }

  @Override
  public void dismiss() {
    target.dropTurn(turn);
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
  public boolean awaitGone(Deadline deadline) {
    return true;
  }

  @Override
  public boolean holdsCaller() {
    return target.holdsCaller();
  }
}
