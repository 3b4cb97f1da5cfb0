// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/** The checks of rule G1 and G14, in one wording: parameter, value, allowed range. */
final class Arguments {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Arguments() {}

  static String name(String name) {
    Objects.requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("name is \"" + name + "\", must match " + NAME.pattern());
    }
    return name;
  }

  static int range(String parameter, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          parameter + " is " + value + ", must be from " + min + " to " + max);
    }
    return value;
  }

  static Duration positive(String parameter, Duration value) {
    Objects.requireNonNull(value, parameter);
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(parameter + " is " + value + ", must be more than zero");
    }
    return value;
  }
}
