// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Quern;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
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
    return loaders().stream()
        .map(loader -> loader.getResource(FILE))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The loaders in which runtime, providers and configuration are looked for, in that order. */
  static Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    Stream.of(Quern.class.getClassLoader(), Thread.currentThread().getContextClassLoader())
        .map(loader -> loader == null ? ClassLoader.getSystemClassLoader() : loader)
        .forEach(loaders::add);
    return loaders;
  }
}
