// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;

/**
 * Reads a configuration file. A class of its own: without a file, none of the library is loaded.
 */
final class PropertiesFile {
  private PropertiesFile() {}

  /** Reads a properties file as UTF-8; {@code include} has no meaning in it. */
  static Layer read(String where, InputStream content) throws IOException {
    PropertiesConfiguration read = new PropertiesConfiguration();
    read.setIncludesAllowed(false);
    try (InputStreamReader reader = new InputStreamReader(content, StandardCharsets.UTF_8)) {
      read.read(reader);
    } catch (ConfigurationException e) {
      throw new IOException(e);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Iterator<String> keys = read.getKeys(); keys.hasNext(); ) {
      String key = keys.next();
      values.put(key, read.getProperty(key));
    }
    return new Layer("file " + where, true, values);
  }
}
