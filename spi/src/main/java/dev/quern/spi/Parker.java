// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import java.util.concurrent.locks.LockSupport;

/**
 * How a provider blocks and wakes threads, with the contract of {@link LockSupport}: a permit for
 * each thread, and a park may return for no reason. A seam, so that wake-up protocols can be
 * checked and disturbed.
 */
public interface Parker {
  /** The real one. */
  Parker LOCK_SUPPORT =
      new Parker() {
        @Override
        public void park(Object blocker) {
          LockSupport.park(blocker);
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
          LockSupport.parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
          LockSupport.unpark(thread);
        }
      };

  /** Blocks the calling thread until it has a permit, is interrupted, or for no reason. */
  void park(Object blocker);

  /** As {@link #park}, for at most that long; not at all if {@code nanos} is not positive. */
  void parkNanos(Object blocker, long nanos);

  /** Gives the thread its permit. */
  void unpark(Thread thread);
}
