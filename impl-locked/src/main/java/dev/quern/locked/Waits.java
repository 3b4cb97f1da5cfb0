// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the waiting calls have in common: limits in nanoseconds, and how a thread's end is seen. */
final class Waits {
  /** No limit: some 292 years. */
  static final long FOREVER = Long.MAX_VALUE;

  private static final long LONGEST_LOOK_AWAY = TimeUnit.MILLISECONDS.toNanos(1);

  private Waits() {}

  /** A wait that {@link #uninterruptibly} begins again. */
  interface Wait {
    void await() throws InterruptedException;
  }

  /** The limit of a wait; what is longer than a long can say is {@link #FOREVER}. */
  static long nanos(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    try {
      return limit.toNanos();
    } catch (ArithmeticException tooLong) {
      return limit.isNegative() ? 0 : FOREVER;
    }
  }

  /** What is left of a limit since then. */
  static long left(long nanos, long begin) {
    return nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - begin);
  }

  /** Waits to the end, then restores the interrupt flag (rule G4, for close). */
  static void uninterruptibly(Wait wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          wait.await();
          return;
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for the end of a thread that has nothing left to do but to end. Not Thread.join, which is
   * an Object.wait and would pin a virtual caller's carrier (rule G8).
   *
   * @return whether it has ended in time
   */
  static boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    long begin = System.nanoTime();
    long pause = 10_000;
    while (thread.isAlive()) {
      if (System.nanoTime() - begin >= nanos) {
        return false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_LOOK_AWAY);
    }
    return true;
  }
}
