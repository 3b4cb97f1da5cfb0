// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The runtime's logger, safe to call from where nothing may be thrown. */
final class Log {
  private final System.Logger logger;

  Log(System.Logger logger) {
    this.logger = logger;
  }

  void write(Level level, String message, @Nullable Throwable cause) {
    try {
      logger.log(level, message, cause);
    } catch (Throwable thrown) {
      // A broken logger must not cost a run its thread; there is nowhere left to say it.
    }
  }
}
