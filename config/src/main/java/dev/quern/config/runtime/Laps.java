// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.System.Logger.Level;

/**
 * Where the time of opening goes: a line at DEBUG for those who ask the logger {@code
 * dev.quern.opening}, which is not the runtime's.
 */
final class Laps {
  private static final String LOGGER = "dev.quern.opening";

  private final StringBuilder said = new StringBuilder("opened:"); // no concatenation: it is dear
  private long from = System.nanoTime();

  /** What lay between the last end, or the beginning, and now. */
  void end(String lap) {
    long now = System.nanoTime();
    said.append(' ').append(lap).append(' ').append((now - from) / 1000).append(" us");
    from = now;
  }

  void say() {
    new Log(System.getLogger(LOGGER)).write(Level.DEBUG, said.toString(), null);
  }
}
