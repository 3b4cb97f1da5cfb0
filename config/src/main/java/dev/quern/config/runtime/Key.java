// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Kind;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@link Settings}.
 *
 * @param kind the kind of primitive it is an option of, null for a setting of the runtime
 * @param option the last part of the key, in kebab case
 * @param initial the value where nothing else is said, null if absence is a value
 * @param tunes true if configuration may set it; false if it gives meaning and belongs to the code
 */
record Key<T>(
    @Nullable Kind kind,
    String option,
    ValueType<T> type,
    @Nullable T initial,
    boolean tunes,
    String description) {
  static final String PREFIX = "quern.";

  /** Stands for every name of a kind. */
  static final String ANY = "*";

  /** The key of a runtime's setting, or with NAME in the place of a name. */
  String pattern() {
    return of("NAME");
  }

  /** The key for a primitive of that name, or for {@link #ANY}. */
  String of(String name) {
    return kind == null ? PREFIX + option : PREFIX + kind.key() + "." + name + "." + option;
  }

  /** The environment variable that means the key of that name. */
  String variable(String name) {
    return kind == null
        ? upper(PREFIX + option)
        : upper(PREFIX + kind.key()) + "__" + upper(name) + "__" + upper(option);
  }

  /** The name for which {@code key} is this key; the key itself where no name is due. */
  Optional<String> nameIn(String key) {
    if (kind == null) {
      return key.equals(pattern()) ? Optional.of(key) : Optional.empty();
    }
    String before = PREFIX + kind.key() + ".";
    String after = "." + option;
    if (!key.startsWith(before)
        || !key.endsWith(after)
        || key.length() <= before.length() + after.length()) {
      return Optional.empty();
    }
    String name = key.substring(before.length(), key.length() - after.length());
    return name.equals(ANY) || ValueType.isName(name) ? Optional.of(name) : Optional.empty();
  }

  /** Whether the environment variable is this key for some name. */
  boolean isVariable(String variable) {
    if (kind == null) {
      return variable.equals(variable(""));
    }
    String before = upper(PREFIX + kind.key()) + "__";
    String after = "__" + upper(option);
    return variable.startsWith(before)
        && variable.endsWith(after)
        && variable.length() > before.length() + after.length();
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
