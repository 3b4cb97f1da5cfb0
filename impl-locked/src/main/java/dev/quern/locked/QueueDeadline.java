// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Host;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How long one call on a queue may wait, and whether an interrupt ends that wait (rule G4). Used by
 * the calling thread alone. The time runs from the first wait on.
 *
 * <p>The caller looks again at what it waits for after each {@link #await}, before it believes that
 * the time is up: a signal that comes with the last nanosecond is not lost.
 */
final class QueueDeadline {
  private static final long LONGEST_STEP = TimeUnit.MILLISECONDS.toNanos(5);

  private enum Mode {
    LIMITED,
    FOREVER,
    PATIENT // for ever, and interrupts are kept for later
  }

  private final Host host;
  private final Mode mode;
  private final long nanos;
  private boolean begun;
  private long beginning;

  private QueueDeadline(Host host, Mode mode, long nanos) {
    this.host = host;
    this.mode = mode;
    this.nanos = nanos;
  }

  static QueueDeadline forever(Host host) {
    return new QueueDeadline(host, Mode.FOREVER, Long.MAX_VALUE);
  }

  /** A wait that may throw InterruptedException, but not with a patient deadline. */
  @FunctionalInterface
  interface Wait {
    void run(QueueDeadline deadline) throws InterruptedException;
  }

  /** Waits for ever; an interrupt is kept for after the wait (G4: close and closeNow). */
  static void patiently(Host host, Wait wait) {
    try {
      wait.run(new QueueDeadline(host, Mode.PATIENT, Long.MAX_VALUE));
    } catch (InterruptedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static QueueDeadline of(Host host, Duration limit) {
    return new QueueDeadline(host, Mode.LIMITED, Waits.nanos(limit));
  }

  /** Whether the call may wait at all. */
  boolean waits() {
    return nanos > 0;
  }

  /** Whether neither time nor an interrupt ends the wait. */
  boolean isPatient() {
    return mode == Mode.PATIENT;
  }

  /** Waits once. False when the time is up: then it did not wait. */
  @SuppressWarnings("WaitNotInLoop") // the callers look again, as said above
  boolean await(Condition condition) throws InterruptedException {
    switch (mode) {
      case FOREVER -> condition.await();
      case PATIENT -> condition.awaitUninterruptibly();
      case LIMITED -> {
        long left = left();
        if (left <= 0) {
          return false;
        }
        condition.awaitNanos(left);
      }
    }
    return true;
  }

  /** What is left of the limit, as another primitive's limit. */
  Duration remaining() {
    return Duration.ofNanos(left());
  }

  /**
   * Waits, in growing steps, for what nobody signals, such as a thread's end: joining it would pin
   * a virtual thread (G8). False when the time is up.
   */
  boolean awaitUnsignalled(BooleanSupplier done) throws InterruptedException {
    boolean interrupted = false;
    try {
      for (long step = 10_000; !done.getAsBoolean(); step = Math.min(2 * step, LONGEST_STEP)) {
        long left = left();
        if (left <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          if (mode != Mode.PATIENT) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
        LockSupport.parkNanos(Math.min(step, left));
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long left() {
    if (mode != Mode.LIMITED || nanos <= 0) {
      return nanos;
    }
    long now = host.nanoTime();
    if (!begun) {
      begun = true;
      beginning = now;
    }
    return nanos - (now - beginning); // no overflow: a difference, of a difference
  }
}
