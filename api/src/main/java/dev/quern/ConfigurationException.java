// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.List;

/** Everything that is wrong with the configuration, together. Nothing was started. Rules R2, R4. */
public class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String[] problems;

  /** One problem an entry: key, value, source, and what is expected. */
  public ConfigurationException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = problems.toArray(new String[0]);
  }

  /** The problems, one an entry. */
  public List<String> problems() {
    return List.of(problems);
  }
}
