// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;
import java.util.ArrayList;
import java.util.List;

/**
 * A parker made of one monitor, because Lincheck finds lost wake-ups around wait and notify, not
 * around LockSupport.park. Verification only: the project itself has no monitors.
 *
 * <p>Time stands still under Lincheck, so a timed park is one that never times out.
 */
final class MonitorParker implements Parker {
  private final List<Thread> permits = new ArrayList<>(); // guarded by this

  @Override
  public synchronized void park(Object blocker) {
    Thread self = Thread.currentThread();
    while (!permits.remove(self)) {
      try {
        wait();
      } catch (InterruptedException interrupted) {
        self.interrupt();
        return;
      }
    }
  }

  @Override
  public void parkNanos(Object blocker, long nanos) {
    park(blocker);
  }

  @Override
  public synchronized void unpark(Thread thread) {
    if (!permits.contains(thread)) {
      permits.add(thread);
    }
    notifyAll();
  }
}
