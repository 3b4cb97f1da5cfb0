// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Inspection.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings of the runtime itself, and for {@code inspect()} where they came from. */
record RuntimeSettings(
    boolean checks,
    Duration closeLimit,
    boolean closeOnExit,
    boolean waitCycles,
    List<Setting> shown) {

  /** Of sources in which nothing is wrong. */
  static RuntimeSettings of(Layers layers) {
    List<Setting> shown = new ArrayList<>();
    value(layers, Settings.CONFIG, shown);
    return new RuntimeSettings(
        value(layers, Settings.CHECKS, shown).orElseThrow(),
        value(layers, Settings.CLOSE_LIMIT, shown).orElseThrow(),
        value(layers, Settings.CLOSE_ON_EXIT, shown).orElseThrow(),
        value(layers, Settings.WAIT_CYCLES, shown).orElseThrow(),
        shown);
  }

  RuntimeSettings withProvider(String name, String source) {
    List<Setting> all = new ArrayList<>(shown);
    all.add(new Setting(Settings.PROVIDER.pattern(), name, source));
    return new RuntimeSettings(checks, closeLimit, closeOnExit, waitCycles, List.copyOf(all));
  }

  private static <T> Optional<T> value(Layers layers, Key<T> key, List<Setting> shown) {
    Layers.Found found = layers.find(key.pattern()).orElse(null);
    T value = found == null ? key.initial() : key.type().parse(found.text());
    if (value != null) {
      String source = found == null ? "default" : found.source();
      shown.add(new Setting(key.pattern(), key.type().text(value), source));
    }
    return Optional.ofNullable(value);
  }
}
