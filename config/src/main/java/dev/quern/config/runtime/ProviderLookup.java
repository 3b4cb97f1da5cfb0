// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static java.util.stream.Collectors.joining;

import dev.quern.config.runtime.Layers.Found;
import dev.quern.spi.Provider;
import java.lang.System.Logger.Level;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.Spliterator;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds the providers and chooses one (rules R1, R2, R6). */
final class ProviderLookup {
  /** No class path has more; a loader that fails for ever is given up. */
  private static final int MAX_ENTRIES = 1000;

  private static final String ADVICE = "add the artifact dev.quern:quern-lockfree";

  private final Log log;
  private final List<Provider> usable = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();

  /** One made for another version of the SPI; nothing but its name and class can be relied on. */
  private record Refused(String name, String why) {}

  private ProviderLookup(Log log) {
    this.log = log;
  }

  /** The provider that is named, or the one of the highest rank; else a problem, and none. */
  static Optional<Provider> choose(Optional<Found> setting, List<String> problems, Log log) {
    ProviderLookup lookup = new ProviderLookup(log);
    lookup.collect();
    lookup.findTwins();
    Optional<Provider> chosen = Optional.empty();
    if (lookup.problems.isEmpty()) {
      chosen = setting.isPresent() ? lookup.named(setting.get()) : lookup.ofHighestRank();
    }
    if (chosen.isPresent()) {
      lookup.refused.forEach(r -> log.write(Level.WARNING, r.why(), null));
    }
    problems.addAll(lookup.problems);
    return chosen;
  }

  private void collect() {
    Set<Class<?>> seen = new LinkedHashSet<>();
    for (ClassLoader loader : Sources.loaders()) {
      Spliterator<ServiceLoader.Provider<Provider>> found =
          ServiceLoader.load(Provider.class, loader).stream().spliterator();
      boolean more = true;
      for (int i = 0; more && i < MAX_ENTRIES; i++) {
        try {
          more =
              found.tryAdvance(
                  candidate -> {
                    if (seen.add(candidate.type())) {
                      add(candidate);
                    }
                  });
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
          broken.add(e.toString());
          log.write(Level.WARNING, "a provider of Quern cannot be loaded", e);
        }
      }
    }
  }

  private void add(ServiceLoader.Provider<Provider> candidate) {
    Provider provider = candidate.get();
    wrongVersion(provider)
        .ifPresentOrElse(
            why -> refused.add(new Refused(provider.name(), why)), () -> usable.add(provider));
  }

  /** Two of one name are an error, whichever is asked for: it may be another one tomorrow. */
  private void findTwins() {
    Map<String, List<Provider>> byName =
        usable.stream()
            .collect(Collectors.groupingBy(Provider::name, TreeMap::new, Collectors.toList()));
    byName.forEach(
        (name, same) -> {
          if (same.size() > 1) {
            problems.add(
                "two providers are named \""
                    + name
                    + "\": "
                    + same.stream().map(ProviderLookup::source).collect(joining(" and ")));
          }
        });
  }

  private Optional<Provider> named(Found setting) {
    String name = setting.text().strip();
    Optional<Provider> provider = usable.stream().filter(p -> p.name().equals(name)).findFirst();
    if (provider.isEmpty()) {
      refused.stream().filter(r -> r.name().equals(name)).map(Refused::why).forEach(problems::add);
      if (problems.isEmpty()) {
        problems.add(
            Problems.misplaced(
                setting, "there is no such provider, found " + names() + unloaded()));
      }
    }
    return provider;
  }

  private Optional<Provider> ofHighestRank() {
    int rank = usable.stream().mapToInt(Provider::rank).max().orElse(0);
    List<Provider> best = usable.stream().filter(p -> p.rank() == rank).toList();
    if (best.size() == 1) {
      String taken = best.get(0).name();
      log.write(Level.INFO, "quern.provider is not set, taking " + taken, null);
      return Optional.of(best.get(0));
    }
    if (best.size() > 1) {
      problems.add(
          "quern.provider is not set, and these have the same rank: "
              + best.stream().map(Provider::name).sorted().toList());
    } else if (refused.isEmpty()) {
      problems.add("no provider of Quern found: " + ADVICE + unloaded());
    } else {
      refused.forEach(r -> problems.add(r.why()));
    }
    return Optional.empty();
  }

  private String names() {
    return usable.isEmpty()
        ? "none: " + ADVICE
        : usable.stream().map(Provider::name).sorted(Comparator.naturalOrder()).toList().toString();
  }

  private String unloaded() {
    return broken.isEmpty() ? "" : ", could not be loaded: " + broken;
  }

  /** What is wrong with the version it is built for, if anything. */
  static Optional<String> wrongVersion(Provider provider) {
    int version = provider.spiVersion();
    return version == Provider.SPI_VERSION
        ? Optional.empty()
        : Optional.of(
            "provider \""
                + provider.name()
                + "\" is built for version "
                + version
                + " of the SPI, this is version "
                + Provider.SPI_VERSION
                + ": "
                + source(provider));
  }

  private static String source(Provider provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return provider.getClass().getName()
        + " in "
        + (source == null ? "an unknown place" : source.getLocation());
  }
}
