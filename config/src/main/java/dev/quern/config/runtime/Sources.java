// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Quern;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from besides the program: a seam, so that tests can move in a house of their
 * own.
 */
record Sources(
    Properties system, Map<String, String> environment, @Nullable URL classPath, Path directory) {
  static final String FILE = "quern.properties";

  /** Those of this process, as they are now. */
  static Sources ofThisProcess() {
    return new Sources(
        System.getProperties(), System.getenv(), onClassPath(), Path.of("").toAbsolutePath());
  }

  private static @Nullable URL onClassPath() {
    for (ClassLoader loader : loaders()) {
      URL found = loader.getResource(FILE);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The loaders in which runtime, providers and configuration are looked for, in that order. */
  static Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(orSystems(Quern.class.getClassLoader()));
    loaders.add(orSystems(Thread.currentThread().getContextClassLoader()));
    return loaders;
  }

  private static ClassLoader orSystems(@Nullable ClassLoader loader) {
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }
}
