// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

/** A thread could not be made or started; the cause is what the factory threw. */
public final class CannotStartThreadException extends Exception {
  private static final long serialVersionUID = 1L;

  public CannotStartThreadException(String thread, Throwable cause) {
    super("cannot start thread " + thread + ": " + cause, cause);
  }
}
