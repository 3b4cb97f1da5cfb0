// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ConfigurationException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.spi.Provider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the settings, chooses the provider, and only if nothing is wrong starts a runtime. */
public final class Opening {
  private final OpenOptions options;
  private final Log log;
  private final List<String> problems = new ArrayList<>();
  private final Layers layers;
  private final Laps laps = new Laps();

  Opening(OpenOptions options, Sources sources, Log log) {
    this.options = options;
    this.log = log;
    this.layers = Layers.read(options, sources, problems);
    Problems.find(layers, problems);
    laps.end("settings");
  }

  /** With what this process offers of settings, now. */
  public static Opening ofThisProcess(OpenOptions options) {
    return new Opening(
        options, Sources.ofThisProcess(), new Log(System.getLogger(Quern.class.getPackageName())));
  }

  /** With the provider that the settings name, or the best there is. */
  public Quern open() {
    Optional<Layers.Found> named = layers.find(Settings.PROVIDER.pattern());
    ProviderLookup lookup = ProviderLookup.onPaths(log);
    Optional<Provider> main = lookup.choose(named);
    return start(main, lookup, named.isPresent() ? named.get().source() : "default");
  }

  /** With this provider, whatever {@code quern.provider} names (rule R9). */
  public Quern open(Provider main) {
    return start(Optional.of(main), ProviderLookup.startingWith(main, log), "program");
  }

  /** With the first of these providers; the settings may name the others, but no further one. */
  public Quern open(List<Provider> providers) {
    return start(Optional.of(providers.get(0)), ProviderLookup.among(providers, log), "program");
  }

  private Quern start(Optional<Provider> main, ProviderLookup lookup, String source) {
    Set<Provider> others = new LinkedHashSet<>();
    for (Layers.Found setting : Providers.settings(layers)) {
      lookup.named(setting).ifPresent(others::add);
    }
    problems.addAll(lookup.problems());
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    Providers providers = new Providers(main.orElseThrow(), others, layers);
    laps.end("providers");
    QuernRuntime runtime =
        DaggerRuntimeComponent.factory()
            .create(layers, providers, new ProviderSource(source), options, log)
            .runtime();
    laps.end("wiring");
    runtime.start();
    laps.end("start");
    laps.say();
    return runtime;
  }
}
