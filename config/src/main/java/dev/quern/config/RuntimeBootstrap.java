// SPDX-License-Identifier: Apache-2.0
package dev.quern.config;

import dev.quern.Bootstrap;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.config.runtime.Opening;
import java.util.Objects;

/** Found by {@link java.util.ServiceLoader}; opens a runtime from the settings in force. */
public final class RuntimeBootstrap implements Bootstrap {
  /** For {@link java.util.ServiceLoader}. */
  public RuntimeBootstrap() {}

  @Override
  public Quern open(OpenOptions options) {
    Objects.requireNonNull(options, "options");
    return Opening.ofThisProcess(options).open();
  }
}
