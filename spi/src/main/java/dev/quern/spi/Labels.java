// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import java.util.Objects;

/**
 * Names of jobs and tasks: any text that is not blank, up to 200 characters (rule G14); and keys in
 * words.
 */
public final class Labels {
  private static final int LONGEST = 200;

  private Labels() {}

  /** A key as failures, inspections and closes name it; also if its toString fails. */
  public static String text(Object key) {
    try {
      return String.valueOf(key);
    } catch (RuntimeException theirs) {
      return key.getClass().getName() + " whose toString threw " + theirs.getClass().getName();
    }
  }

  /** The name as it is; null and what is out of range are refused (rule G1). */
  public static String check(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank() || name.length() > LONGEST) {
      throw new IllegalArgumentException(
          "name is \"" + name + "\", must be 1 to " + LONGEST + " characters, not all blank");
    }
    return name;
  }
}
