// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

/** Wakes the timer thread for one provider's timers. */
public interface Alarm {
  /**
   * The expiry runs at that time or earlier; of several calls the earliest counts. Any thread;
   * never waits.
   */
  void at(long nanoTime);

  /** The expiry will not run again. */
  void close();
}
