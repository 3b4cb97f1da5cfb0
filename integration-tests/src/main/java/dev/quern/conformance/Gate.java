// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.concurrent.CountDownLatch;

/** A place in user code where a run stops until the test lets it go on. */
final class Gate {
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  /** Called by the run: says that it is here, and waits. */
  void pass() throws InterruptedException {
    reached.countDown();
    opened.await();
  }

  /** As {@link #pass}, deaf to interrupts; the flag is left as it was or became. */
  void passUninterruptibly() {
    boolean interrupted = false;
    reached.countDown();
    while (opened.getCount() > 0) {
      try {
        opened.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Called by the test: waits until a run is here. */
  void awaitReached() throws InterruptedException {
    reached.await();
  }

  boolean isReached() {
    return reached.getCount() == 0;
  }

  boolean isOpen() {
    return opened.getCount() == 0;
  }

  /** Lets everyone pass, now and later. */
  void open() {
    opened.countDown();
  }
}
