// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one {@link Bootstrap}: through the loader of this library, then the thread's context
 * loader.
 */
final class BootstrapLookup {
  /** No class path has more; a loader that fails for ever is given up. */
  private static final int MAX_ENTRIES = 1000;

  private BootstrapLookup() {}

  static Bootstrap find() {
    Map<Class<?>, Bootstrap> found = new LinkedHashMap<>();
    List<String> broken = new ArrayList<>();
    collect(BootstrapLookup.class.getClassLoader(), found, broken);
    collect(Thread.currentThread().getContextClassLoader(), found, broken);
    if (found.isEmpty()) {
      throw new ConfigurationException(
          List.of(
              "no Quern runtime found: add the artifact dev.quern:quern-config"
                  + (broken.isEmpty() ? "" : ", could not be loaded: " + broken)));
    }
    if (found.size() > 1) {
      throw new ConfigurationException(
          List.of("more than one Quern runtime found, keep one of " + found.keySet()));
    }
    return found.values().iterator().next();
  }

  /** One that cannot be loaded, such as that of another copy of this library, hides no other. */
  private static void collect(
      @Nullable ClassLoader loader, Map<Class<?>, Bootstrap> found, List<String> broken) {
    Spliterator<ServiceLoader.Provider<Bootstrap>> candidates =
        ServiceLoader.load(Bootstrap.class, loader).stream().spliterator();
    Consumer<ServiceLoader.Provider<Bootstrap>> take =
        new Consumer<>() { // no lambda: a program's first one takes longer than all the rest here
          @Override
          public void accept(ServiceLoader.Provider<Bootstrap> candidate) {
            if (!found.containsKey(candidate.type())) {
              found.put(candidate.type(), candidate.get());
            }
          }
        };
    boolean more = true;
    for (int i = 0; more && i < MAX_ENTRIES; i++) {
      try {
        more = candidates.tryAdvance(take);
      } catch (ServiceConfigurationError | LinkageError e) {
        broken.add(e.toString());
      }
    }
  }
}
