// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One source of settings, but for the environment: what it says, by key. A value is a text, or
 * where a file gives a key more than once a collection of them.
 */
class Layer {
  private final String source;
  private final boolean file;
  private final Map<String, Object> values;

  /**
   * @param source names it, for errors and {@code inspect()}
   * @param file whether it is a configuration file
   */
  Layer(String source, boolean file, Map<String, Object> values) {
    this.source = source;
    this.file = file;
    this.values = values;
  }

  static Layer program(Map<String, String> settings) {
    return new Layer("program", false, new TreeMap<>(settings));
  }

  static Layer system(Properties properties) {
    Map<String, Object> copy = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      copy.put(key, properties.getProperty(key));
    }
    return new Layer("system property", false, copy);
  }

  /** Where it says that key from. */
  String source(String key) {
    return source;
  }

  final boolean isFile() {
    return file;
  }

  /** The keys that can be listed. */
  final Set<String> keys() {
    return values.keySet();
  }

  /** All that can be listed. */
  final Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  /** What it says of that key, or null. */
  @Nullable Object value(String key) {
    return values.get(key);
  }
}
