// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The environment, asked by key: {@code quern.work-queue.a-b.max-active} is looked for as {@code
 * QUERN_WORK_QUEUE__A_B__MAX_ACTIVE}. A variable means every name that is written so, which is why
 * the way goes from key to variable and never back, and no keys can be listed.
 */
final class EnvironmentLayer extends Layer {
  private static final String PREFIX = "QUERN_";

  private final Map<String, String> environment;
  private final boolean setsAny; // mostly false, and every primitive that is made asks each option

  EnvironmentLayer(Map<String, String> environment) {
    super("environment", false, Map.of());
    this.environment = Map.copyOf(environment);
    this.setsAny = setsAny(environment);
  }

  private static boolean setsAny(Map<String, String> environment) {
    for (String name : environment.keySet()) {
      if (name.startsWith(PREFIX)) {
        return true;
      }
    }
    return false;
  }

  @Override
  String source(String key) {
    return "environment variable " + variableOf(key).orElse("?");
  }

  @Override
  @Nullable Object value(String key) {
    String variable = setsAny ? variableOf(key).orElse(null) : null;
    return variable == null ? null : environment.get(variable);
  }

  /** The variable that sets this key, if it is a known key and the variable is there. */
  private Optional<String> variableOf(String key) {
    for (Key<?> known : Settings.all()) {
      String name = known.nameIn(key).orElse(null);
      if (name != null && environment.containsKey(known.variable(name))) {
        return Optional.of(known.variable(name));
      }
    }
    return Optional.empty();
  }

  /** The variables that set a known key, for some name. */
  List<Map.Entry<String, String>> variablesOf(Key<?> key) {
    if (!setsAny) {
      return List.of();
    }
    List<Map.Entry<String, String>> set = new ArrayList<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (key.isVariable(variable.getKey())) {
        set.add(variable);
      }
    }
    return set;
  }
}
