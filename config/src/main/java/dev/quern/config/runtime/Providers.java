// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Inspection.Setting;
import dev.quern.Kind;
import dev.quern.config.runtime.Layers.Found;
import dev.quern.spi.Provider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Which provider makes what: the runtime's, unless a setting names another (rule R5). */
final class Providers {
  private final Provider main;
  private final Map<String, Provider> byName = new LinkedHashMap<>();
  private final Layers layers;

  /**
   * @param others with {@code main}, all that any setting in {@code layers} names
   */
  Providers(Provider main, Collection<Provider> others, Layers layers) {
    this.main = main;
    this.layers = layers;
    for (Provider other : others) {
      byName.put(other.name(), other);
    }
    byName.put(main.name(), main);
  }

  /** The one that {@code quern.provider} chose, or the program. */
  Provider main() {
    return main;
  }

  /** The one of a primitive. */
  Provider of(Kind kind, String name) {
    return setting(kind, name)
        .map(found -> Objects.requireNonNull(byName.get(name(found)), found::toString))
        .orElse(main);
  }

  /** The settings of a primitive, and the one that chose its provider if there is one. */
  List<Setting> withChoice(Kind kind, String name, List<Setting> settings) {
    List<Setting> all = new ArrayList<>(settings);
    setting(kind, name)
        .ifPresent(
            found ->
                all.add(
                    new Setting(Settings.providerOf(kind).of(name), name(found), found.source())));
    return List.copyOf(all);
  }

  private Optional<Found> setting(Kind kind, String name) {
    Key<String> key = Settings.providerOf(kind);
    return layers.find(key, name).or(() -> layers.find(key.of(Key.ANY)));
  }

  /** Every setting that chooses the provider of a primitive, of names never created, too. */
  static List<Found> settings(Layers layers) {
    List<Found> all = new ArrayList<>();
    for (Key<String> key : Settings.providers()) {
      for (String text : layers.keys()) {
        if (key.nameIn(text).isPresent()) {
          layers.find(text).ifPresent(all::add);
        }
      }
      all.addAll(layers.variables(key));
    }
    return all;
  }

  /** The name that the setting gives. */
  static String name(Found setting) {
    return setting.text().strip();
  }
}
