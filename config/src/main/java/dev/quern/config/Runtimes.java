// SPDX-License-Identifier: Apache-2.0
package dev.quern.config;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.spi.Provider;

/** Opens runtimes without {@link java.util.ServiceLoader} (rule R9). */
public final class Runtimes {
  private Runtimes() {}

  /** Opens a runtime whose primitives all come from {@code provider}. */
  public static Quern open(Provider provider, OpenOptions options) {
    throw new UnsupportedOperationException(provider + " " + options);
  }
}
