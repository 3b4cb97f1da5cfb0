// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import org.jspecify.annotations.Nullable;

/**
 * Reported to the {@link FailureHandler} when a {@link KeyedWorkQueue} gives a key up after as many
 * retries as its spec allows. Rule W17.
 */
public class GivenUpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With the number of retries in the message.
   *
   * @param cause what the last run threw; null if it asked for a retry
   */
  public GivenUpException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
