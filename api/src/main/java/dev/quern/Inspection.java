// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

public record Inspection(Instant at, List<Family> families, List<Setting> settings) {
  public Inspection {
    Objects.requireNonNull(at, "at");
    families = List.copyOf(families);
    settings = List.copyOf(settings);
  }

  public Optional<Family> family(Kind kind, String name) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    return families.stream().filter(f -> f.kind() == kind && f.name().equals(name)).findFirst();
  }

  public record Setting(String key, String value, String source) {}
}
