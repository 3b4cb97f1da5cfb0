// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import java.util.concurrent.CountDownLatch;

/** User code that stays inside until it is released. */
final class Blocked implements Action {
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);

  @Override
  public void run() throws InterruptedException {
    entered.countDown();
    gate.await();
  }

  /** Waits until a thread is inside. */
  void awaitEntered(Scene scene) {
    scene.await(entered);
  }

  void release() {
    gate.countDown();
  }
}
