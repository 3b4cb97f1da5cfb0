// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;

/** Another parker, but a park in steps, which nobody has to end, is a moment's spinning. */
final class SteppingParker implements Parker {
  private final Parker parker;

  SteppingParker(Parker parker) {
    this.parker = parker;
  }

  @Override
  public void park(Object blocker) {
    parker.park(blocker);
  }

  @Override
  public void parkNanos(Object blocker, long nanos) {
    Thread.onSpinWait();
  }

  @Override
  public void unpark(Thread thread) {
    parker.unpark(thread);
  }
}
