// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;

/**
 * For a jcstress class with one waiter: parks it by spinning until it is unparked, or until every
 * waker is through, in which case nobody ever will. So a lost wake-up is an outcome and no hang.
 */
final class JudgingParker implements Parker {
  private volatile boolean permit;
  private volatile boolean over;
  private int parks;

  /** The last waker, after its last step. */
  void over() {
    over = true;
  }

  /** The waiter: how often it parked and was woken. */
  int parks() {
    return parks;
  }

  @Override
  public void park(Object blocker) {
    while (!permit) {
      if (over && !permit) {
        throw new LostWakeUp();
      }
      Thread.onSpinWait();
    }
    permit = false;
    parks++;
  }

  /** The time is up at once: who parks by time looks again by itself, and needs no waker. */
  @Override
  public void parkNanos(Object blocker, long nanos) {
    Thread.yield();
  }

  @Override
  public void unpark(Thread thread) {
    permit = true;
  }

  /** Thrown out of a park that would have lasted for ever. */
  static final class LostWakeUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostWakeUp() {
      super("parked, and every waker is through", null, false, false);
    }
  }
}
