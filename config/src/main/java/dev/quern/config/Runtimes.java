// SPDX-License-Identifier: Apache-2.0
package dev.quern.config;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.config.runtime.Opening;
import dev.quern.spi.Provider;
import java.util.List;
import java.util.Objects;

/** Opens runtimes without {@link java.util.ServiceLoader} (rule R9). */
public final class Runtimes {
  private Runtimes() {}

  /**
   * Opens a runtime whose primitives come from {@code provider}; {@code quern.provider} is checked
   * like any setting, but not looked up. Where a setting names another provider for a primitive,
   * that one is looked for as by {@link dev.quern.Quern#open()} (rule R5).
   *
   * @throws dev.quern.ConfigurationException if any setting is wrong; nothing was started
   * @throws IllegalStateException if the timer thread cannot be started; nothing is left behind
   */
  public static Quern open(Provider provider, OpenOptions options) {
    Objects.requireNonNull(provider, "provider");
    Objects.requireNonNull(options, "options");
    return Opening.ofThisProcess(options).open(provider);
  }

  /**
   * As {@link #open(Provider, OpenOptions)} with the first of {@code providers}; the settings may
   * name any of them for a primitive, and no others.
   *
   * @throws IllegalArgumentException if {@code providers} is empty
   * @throws dev.quern.ConfigurationException if any setting is wrong, or two providers have one
   *     name; nothing was started
   * @throws IllegalStateException if the timer thread cannot be started; nothing is left behind
   */
  public static Quern open(List<Provider> providers, OpenOptions options) {
    List<Provider> copy = List.copyOf(Objects.requireNonNull(providers, "providers"));
    Objects.requireNonNull(options, "options");
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("providers is empty, must hold at least one");
    }
    return Opening.ofThisProcess(options).open(copy);
  }
}
