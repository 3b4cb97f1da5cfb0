// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.configuration2.AbstractConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The environment, asked by key: {@code quern.work-queue.a-b.max-active} is looked for as {@code
 * QUERN_WORK_QUEUE__A_B__MAX_ACTIVE}. A variable means every name that is written so, which is why
 * the way goes from key to variable and never back.
 */
final class EnvironmentConfiguration extends AbstractConfiguration {
  private static final String PREFIX = "QUERN_";

  private final Map<String, String> environment;
  private final boolean setsAny; // mostly false, and every primitive that is made asks each option

  EnvironmentConfiguration(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.setsAny = environment.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
  }

  /** The variable that sets this key, if it is a known key and the variable is there. */
  Optional<String> variableOf(String key) {
    return !setsAny
        ? Optional.empty()
        : Settings.all().stream()
            .flatMap(known -> known.nameIn(key).map(known::variable).stream())
            .filter(environment::containsKey)
            .findFirst();
  }

  /** The variables that set a known key, for some name. */
  Stream<Map.Entry<String, String>> variablesOf(Key<?> key) {
    return environment.entrySet().stream().filter(entry -> key.isVariable(entry.getKey()));
  }

  @Override
  protected @Nullable Object getPropertyInternal(String key) {
    return variableOf(key).map(environment::get).orElse(null);
  }

  @Override
  protected boolean containsKeyInternal(String key) {
    return variableOf(key).isPresent();
  }

  @Override
  protected boolean containsValueInternal(Object value) {
    return environment.containsValue(String.valueOf(value));
  }

  @Override
  protected Iterator<String> getKeysInternal() {
    return List.<String>of().iterator();
  }

  @Override
  protected boolean isEmptyInternal() {
    return environment.isEmpty();
  }

  @Override
  protected void addPropertyDirect(String key, Object value) {
    throw new UnsupportedOperationException("the environment is read only");
  }

  @Override
  protected void clearPropertyDirect(String key) {
    throw new UnsupportedOperationException("the environment is read only");
  }
}
