// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.config.runtime.Layers.Found;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds everything that is wrong with the sources, before anything starts (rule R4). */
final class Problems {
  /** Names that the runtime gives itself; users' names do not begin so. */
  private static final Set<String> SYSTEM_KEYS =
      Set.of(
          "quern.work-queue.quern.default.",
          "quern.work-queue.quern.long-running.",
          "quern.work-queue.quern.high-priority.",
          "quern.work-queue.quern.unbound.",
          "quern.daemon-queue.quern.reclaimer.",
          "quern.thread-pool.quern.pool.");

  private final Layers layers;
  private final List<String> problems;

  private Problems(Layers layers, List<String> problems) {
    this.layers = layers;
    this.problems = problems;
  }

  /** Adds to {@code problems} what is wrong with any value of any source, used or not. */
  static void find(Layers layers, List<String> problems) {
    Problems search = new Problems(layers, problems);
    for (Layer layer : layers.layers()) {
      search.checkLayer(layer);
    }
    search.checkEnvironment();
  }

  /** Key, value, source and what is expected. */
  static String malformed(Key<?> key, Found found) {
    return found.key()
        + " = \""
        + found.text()
        + "\" ("
        + found.source()
        + "): expected "
        + key.type().expected();
  }

  static String misplaced(Found found, String why) {
    return found.key() + " = \"" + found.text() + "\" (" + found.source() + "): " + why;
  }

  @SuppressWarnings("ReferenceEquality") // keys are rows of the one table
  private void checkLayer(Layer layer) {
    for (String key : layer.keys()) {
      if (!key.startsWith(Key.PREFIX)) {
        continue;
      }
      Found found = layers.read(layer, key);
      Optional<Key<?>> known = known(key);
      if (known.isEmpty()) {
        problems.add(misplaced(found, "unknown key, the nearest known is " + nearest(key)));
      } else if (Layers.isRepeated(layer, key)) {
        problems.add(misplaced(found, "expected once, is given more than once"));
      } else if (layer.isFile() && known.get() == Settings.CONFIG) {
        problems.add(misplaced(found, "expected outside of configuration files"));
      } else {
        checkValue(known.get(), found);
      }
    }
  }

  private void checkEnvironment() {
    for (Key<?> key : Settings.all()) {
      for (Found found : layers.variables(key)) {
        checkValue(key, found);
      }
    }
  }

  private void checkValue(Key<?> key, Found found) {
    if (!key.tunes()) {
      problems.add(
          misplaced(
              found,
              "expected in the program only: "
                  + key.option()
                  + " gives meaning, it does not tune"));
      return;
    }
    try {
      key.type().parse(found.text());
    } catch (IllegalArgumentException e) {
      problems.add(malformed(key, found));
    }
  }

  private static Optional<Key<?>> known(String key) {
    for (Key<?> known : Settings.all()) {
      String name = known.nameIn(key).orElse(null);
      if (name != null && (known.kind() == null || isAllowed(known, name))) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  private static boolean isAllowed(Key<?> known, String name) {
    return !name.startsWith(Key.PREFIX)
        || SYSTEM_KEYS.stream().anyMatch(key -> known.of(name).startsWith(key));
  }

  /** The known key with the fewest letters to change; a name in it is kept. */
  static String nearest(String key) {
    String[] parts = key.split("\\.");
    String given =
        parts.length > 3 ? String.join(".", List.of(parts).subList(2, parts.length - 1)) : "";
    String name = ValueType.isName(given) ? given : Key.ANY;
    List<String> candidates = new ArrayList<>();
    for (Key<?> known : Settings.all()) {
      if (known.tunes()) {
        candidates.add(known.of(name));
      }
    }
    SYSTEM_KEYS.forEach(
        system ->
            Settings.all().stream()
                .map(known -> system + known.option())
                .filter(candidate -> known(candidate).filter(Key::tunes).isPresent())
                .forEach(candidates::add));
    return candidates.stream()
        .filter(candidate -> known(candidate).isPresent())
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .orElseThrow();
  }

  /** Levenshtein's distance, row by row. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[to.length()];
  }
}
