// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ConfigurationException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the settings, chooses the provider, and only if nothing is wrong starts a runtime. */
public final class Opening {
  private final OpenOptions options;
  private final Log log;
  private final List<String> problems = new ArrayList<>();
  private final Layers layers;

  Opening(OpenOptions options, Sources sources, Log log) {
    this.options = options;
    this.log = log;
    this.layers = Layers.read(options, sources, problems);
    Problems.find(layers, problems);
  }

  /** With what this process offers of settings, now. */
  public static Opening ofThisProcess(OpenOptions options) {
    return new Opening(
        options, Sources.ofThisProcess(), new Log(System.getLogger(Quern.class.getPackageName())));
  }

  /** With the provider that the settings name, or the best there is. */
  public Quern open() {
    Optional<Layers.Found> named = layers.find(Settings.PROVIDER.pattern());
    Optional<Provider> provider = ProviderLookup.choose(named, problems, log);
    throwProblems();
    return start(provider.orElseThrow(), named.map(Layers.Found::source).orElse("default"));
  }

  /** With this provider, whatever the settings name (rule R9). */
  public Quern open(Provider provider) {
    ProviderLookup.wrongVersion(provider).ifPresent(problems::add);
    throwProblems();
    return start(provider, "program");
  }

  private Quern start(Provider provider, String source) {
    QuernRuntime runtime =
        DaggerRuntimeComponent.factory()
            .create(layers, provider, new ProviderSource(source), options, log)
            .runtime();
    runtime.start();
    return runtime;
  }

  private void throwProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
