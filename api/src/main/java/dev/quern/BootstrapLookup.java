// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one {@link Bootstrap}: through the loader of this library, then the thread's context
 * loader.
 */
final class BootstrapLookup {
  private BootstrapLookup() {}

  static Bootstrap find() {
    Map<Class<?>, Bootstrap> found = new LinkedHashMap<>();
    collect(BootstrapLookup.class.getClassLoader(), found);
    collect(Thread.currentThread().getContextClassLoader(), found);
    if (found.isEmpty()) {
      throw new ConfigurationException(
          List.of("no Quern runtime found: add the artifact dev.quern:quern-config"));
    }
    if (found.size() > 1) {
      throw new ConfigurationException(
          List.of("more than one Quern runtime found, keep one of " + found.keySet()));
    }
    return found.values().iterator().next();
  }

  private static void collect(@Nullable ClassLoader loader, Map<Class<?>, Bootstrap> found) {
    for (Bootstrap bootstrap : ServiceLoader.load(Bootstrap.class, loader)) {
      found.putIfAbsent(bootstrap.getClass(), bootstrap);
    }
  }
}
