// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes a lock that nobody holds for longer than some steps: looks for about a microsecond whether
 * it is free, before it parks. To park and be woken costs as much as some hundred of those steps.
 */
final class BriefLock {
  private static final int LOOKS = Runtime.getRuntime().availableProcessors() == 1 ? 0 : 40;

  private BriefLock() {}

  static void lock(ReentrantLock lock) {
    for (int looks = 0; looks < LOOKS; looks++) {
      if (!lock.isLocked() && lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }
}
