// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;

/** Parks as {@link MonitorParker} does; a park in steps is a yield, its time is always up. */
final class SteppedParker implements Parker {
  private final MonitorParker monitor = new MonitorParker();

  @Override
  public void park(Object blocker) {
    monitor.park(blocker);
  }

  @Override
  public void parkNanos(Object blocker, long nanos) {
    Thread.yield();
  }

  @Override
  public void unpark(Thread thread) {
    monitor.unpark(thread);
  }
}
