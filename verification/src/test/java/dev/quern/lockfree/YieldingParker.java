// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;

/** For code that only parks in steps, until another thread has made its next one. */
final class YieldingParker implements Parker {
  @Override
  public void park(Object blocker) {
    Thread.yield();
  }

  @Override
  public void parkNanos(Object blocker, long nanos) {
    Thread.yield();
  }

  @Override
  public void unpark(Thread thread) {}
}
