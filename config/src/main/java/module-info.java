// SPDX-License-Identifier: Apache-2.0
/** The runtime: settings, discovery and choice of providers, wiring. */
module dev.quern.config {
  requires dagger;
  requires transitive dev.quern.spi;
  requires jakarta.inject;
  requires org.apache.commons.configuration2;
  requires static org.jspecify;

  exports dev.quern.config;

  uses dev.quern.spi.CpuBinder;
  uses dev.quern.spi.Provider;

  provides dev.quern.Bootstrap with
      dev.quern.config.RuntimeBootstrap;
}
