// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.config.runtime.Layers.Found;
import dev.quern.spi.Provider;
import java.lang.System.Logger.Level;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the providers and chooses among them (rules R1, R2, R5, R6, R9). */
final class ProviderLookup {
  private static final String ADVICE = "add the artifact dev.quern:quern-lockfree";

  private final Log log;
  private final List<Provider> usable = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final List<String> broken = new ArrayList<>();
  private boolean open; // to those on the paths
  private boolean collected;

  /** One made for another version of the SPI; nothing but its name and class can be relied on. */
  private record Refused(String name, String why) {}

  private ProviderLookup(Log log, boolean open) {
    this.log = log;
    this.open = open;
  }

  /** Those on the class path and the module path. */
  static ProviderLookup onPaths(Log log) {
    ProviderLookup lookup = new ProviderLookup(log, true);
    lookup.collect();
    lookup.findTwins();
    return lookup;
  }

  /** Those that the program gives, and no others (rule R9). */
  static ProviderLookup among(List<Provider> given, Log log) {
    ProviderLookup lookup = new ProviderLookup(log, false);
    for (Provider each : given) {
      lookup.add(each);
    }
    for (Refused each : lookup.refused) {
      lookup.problems.add(each.why());
    }
    lookup.findTwins();
    return lookup;
  }

  /** The one that the program gives, and if another is asked for, those on the paths. */
  static ProviderLookup startingWith(Provider given, Log log) {
    ProviderLookup lookup = among(List.of(given), log);
    lookup.open = true;
    return lookup;
  }

  /** The provider that is named, or the one of the highest rank; else a problem, and none. */
  Optional<Provider> choose(Optional<Found> setting) {
    Optional<Provider> chosen = Optional.empty();
    if (problems.isEmpty()) {
      chosen = setting.isPresent() ? named(setting.get()) : ofHighestRank();
    }
    if (chosen.isPresent()) {
      for (Refused each : refused) {
        log.write(Level.WARNING, each.why(), null);
      }
    }
    return chosen;
  }

  /** What is wrong so far, each once. */
  Set<String> problems() {
    return problems;
  }

  /** One of the name of a provider that the program gave is not asked for. */
  private void collect() {
    collected = true;
    Set<String> given = new HashSet<>();
    for (Provider provider : usable) {
      given.add(provider.name());
    }
    Services.each(
        Provider.class,
        new Services.Finder<>() {
          @Override
          public void found(Provider provider) {
            if (!given.contains(provider.name())) {
              add(provider);
            }
          }

          @Override
          public void broken(Throwable thrown) {
            broken.add(thrown.toString());
            log.write(Level.WARNING, "a provider of Quern cannot be loaded", thrown);
          }
        });
  }

  private void add(Provider provider) {
    String why = wrongVersion(provider);
    if (why == null) {
      usable.add(provider);
    } else {
      refused.add(new Refused(provider.name(), why));
    }
  }

  /** Two of one name are an error, whichever is asked for: it may be another one tomorrow. */
  private void findTwins() {
    Map<String, String> sources = new TreeMap<>();
    Set<String> twins = new TreeSet<>();
    for (Provider provider : usable) {
      String before = sources.get(provider.name());
      sources.put(provider.name(), (before == null ? "" : before + " and ") + source(provider));
      if (before != null) {
        twins.add(provider.name());
      }
    }
    for (String name : twins) {
      problems.add("two providers are named \"" + name + "\": " + sources.get(name));
    }
  }

  /** The provider that the setting names; else a problem, and none. */
  Optional<Provider> named(Found setting) {
    String name = Providers.name(setting);
    Optional<Provider> provider = usable(name);
    if (provider.isEmpty() && open && !collected) {
      collect();
      findTwins();
      provider = usable(name);
    }
    if (provider.isEmpty()) {
      List<String> why =
          refused.stream().filter(r -> r.name().equals(name)).map(Refused::why).toList();
      problems.addAll(why);
      if (why.isEmpty()) {
        problems.add(
            Problems.misplaced(
                setting, "there is no such provider, found " + names() + unloaded()));
      }
    }
    return provider;
  }

  private Optional<Provider> usable(String name) {
    for (Provider provider : usable) {
      if (provider.name().equals(name)) {
        return Optional.of(provider);
      }
    }
    return Optional.empty();
  }

  private Optional<Provider> ofHighestRank() {
    List<Provider> best = new ArrayList<>();
    for (Provider provider : usable) {
      int more = best.isEmpty() ? 1 : Integer.compare(provider.rank(), best.get(0).rank());
      if (more > 0) {
        best.clear();
      }
      if (more >= 0) {
        best.add(provider);
      }
    }
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
  private static @Nullable String wrongVersion(Provider provider) {
    int version = provider.spiVersion();
    return version == Provider.SPI_VERSION
        ? null
        : "provider \""
            + provider.name()
            + "\" is built for version "
            + version
            + " of the SPI, this is version "
            + Provider.SPI_VERSION
            + ": "
            + source(provider);
  }

  private static String source(Provider provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return provider.getClass().getName()
        + " in "
        + (source == null ? "an unknown place" : source.getLocation());
  }
}
