// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.locks.LockSupport;

/**
 * What starts and stops timers. One is made in a fork, so that its calls are monomorphic.
 *
 * <p>Neighbours that make an object for each start do so; ours, whose timers are made once, are
 * used again. What is far away is so by 60 to 120 minutes, what is measured by 90.
 */
interface Timers extends AutoCloseable {
  /** How far what is started and stopped is away. */
  long FAR_NANOS = 30 * 60_000_000_000L;

  /** The nearest of what is outstanding; the farthest is twice that. */
  long OUTSTANDING_NANOS = 60 * 60_000_000_000L;

  /** Starts so many that will not fire. */
  void hold(int outstanding);

  /** Starts one, and stops it. The same one each time where that can be. */
  Object scheduleCancel();

  /**
   * As {@link #scheduleCancel}, given the time at which it fires; without where only a delay can
   * be.
   */
  default Object scheduleAtCancel(long nanoTime) {
    return scheduleCancel();
  }

  /** As {@link #scheduleCancel}, with one of thousands in turn; a new one where all are new. */
  default Object scheduleCancelSpread() {
    return scheduleCancel();
  }

  /** As {@link #scheduleAtCancel}, with one of thousands in turn; a new one where all are new. */
  default Object scheduleAtCancelSpread(long nanoTime) {
    return scheduleAtCancel(nanoTime);
  }

  /** Of those that fire: what each of them does, one at a time. */
  void make(Runnable[] bodies);

  /** Starts those: each to fire at its time. */
  void arm(long[] deadlines);

  /** Called again and again until all have fired, for what has no thread of its own. */
  default void poll() {
    LockSupport.parkNanos(20_000); // the processors are for those who fire and run
  }

  @Override
  void close();

  /**
   * The one of that name.
   *
   * @param far for what is far away and stopped before, else for what fires soon
   */
  static Timers of(String contender, boolean far) {
    return switch (contender) {
      case "stpe" -> ExecutorTimers.stpe();
      case "eqe" -> ExecutorTimers.eqe();
      case "netty-1" -> new NettyTimers(1);
      case "netty-100" -> new NettyTimers(100);
      case "agrona" -> new AgronaTimers(far);
      default -> new WorkTimers(contender);
    };
  }

  /** Nanoseconds until the i-th of so many outstanding ones. */
  static long outstanding(int i, int count) {
    return OUTSTANDING_NANOS + OUTSTANDING_NANOS / count * i;
  }
}
