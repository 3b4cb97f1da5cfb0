// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A snapshot of a runtime. Rule R8.
 *
 * @param at when it was taken
 * @param families what lives, by kind and name
 * @param settings the settings in force
 */
public record Inspection(Instant at, List<Family> families, List<Setting> settings) {
  /** Copies the lists. */
  public Inspection {
    Objects.requireNonNull(at, "at");
    families = List.copyOf(families);
    settings = List.copyOf(settings);
  }

  /** The family of that kind and name, if one lives. */
  public Optional<Family> family(Kind kind, String name) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    return families.stream().filter(f -> f.kind() == kind && f.name().equals(name)).findFirst();
  }

  /**
   * A setting in force. Rule R3.
   *
   * @param key its full key
   * @param value its value as text
   * @param source where the value comes from
   */
  public record Setting(String key, String value, String source) {}
}
