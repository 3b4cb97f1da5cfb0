// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.concurrent.CountDownLatch;

/** Holds the thread that comes by until the test lets it go. */
final class Gate {
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  void pass() throws InterruptedException {
    entered.countDown();
    Await.latch("the gate is opened", open);
  }

  void awaitEntered() throws InterruptedException {
    Await.latch("somebody is at the gate", entered);
  }

  void open() {
    open.countDown();
  }
}
