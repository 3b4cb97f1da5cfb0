// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.commons.configuration2.AbstractConfiguration;
import org.apache.commons.configuration2.MapConfiguration;
import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;

/**
 * One source of settings.
 *
 * @param source names the source of a key, for errors and {@code inspect()}
 * @param file whether it is a configuration file
 */
record Layer(UnaryOperator<String> source, boolean file, AbstractConfiguration values) {

  static Layer program(Map<String, String> settings) {
    return new Layer(key -> "program", false, new MapConfiguration(new TreeMap<>(settings)));
  }

  static Layer system(Properties properties) {
    Map<String, Object> copy = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      copy.put(key, properties.getProperty(key));
    }
    return new Layer(key -> "system property", false, new MapConfiguration(copy));
  }

  static Layer environment(EnvironmentConfiguration values) {
    return new Layer(
        key -> "environment variable " + values.variableOf(key).orElse("?"), false, values);
  }

  /** Reads a properties file as UTF-8; {@code include} has no meaning in it. */
  static Layer file(String where, InputStream content) throws IOException {
    PropertiesConfiguration values = new PropertiesConfiguration();
    values.setIncludesAllowed(false);
    try (InputStreamReader reader = new InputStreamReader(content, StandardCharsets.UTF_8)) {
      values.read(reader);
    } catch (ConfigurationException e) {
      throw new IOException(e);
    }
    return new Layer(key -> "file " + where, true, values);
  }
}
