// SPDX-License-Identifier: Apache-2.0
package dev.quern.config;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.config.runtime.Opening;
import dev.quern.spi.Provider;
import java.util.Objects;

/** Opens runtimes without {@link java.util.ServiceLoader} (rule R9). */
public final class Runtimes {
  private Runtimes() {}

  /**
   * Opens a runtime whose primitives all come from {@code provider}; {@code quern.provider} is
   * checked like any setting, but not looked up.
   *
   * @throws dev.quern.ConfigurationException if any setting is wrong; nothing was started
   * @throws IllegalStateException if the timer thread cannot be started; nothing is left behind
   */
  public static Quern open(Provider provider, OpenOptions options) {
    Objects.requireNonNull(provider, "provider");
    Objects.requireNonNull(options, "options");
    return Opening.ofThisProcess(options).open(provider);
  }
}
