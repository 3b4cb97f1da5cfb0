// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.util.LinkedHashSet;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Consumer;

/** What {@link ServiceLoader} finds in the loaders that count (rule R1). */
final class Services {
  /** No class path has more; a loader that fails for ever is given up. */
  private static final int MAX_ENTRIES = 1000;

  private Services() {}

  /** Who looks for services. */
  interface Finder<S> {
    void found(S service);

    void broken(Throwable thrown);
  }

  /**
   * Hands over one object of each class found. One that cannot be loaded, made or taken is told of,
   * and hides no other (rule R6).
   */
  static <S> void each(Class<S> service, Finder<S> finder) {
    Set<Class<?>> seen = new LinkedHashSet<>();
    Consumer<ServiceLoader.Provider<S>> take =
        new Consumer<>() {
          @Override
          public void accept(ServiceLoader.Provider<S> candidate) {
            if (seen.add(candidate.type())) {
              finder.found(candidate.get());
            }
          }
        };
    for (ClassLoader loader : Sources.loaders()) {
      Spliterator<ServiceLoader.Provider<S>> found =
          ServiceLoader.load(service, loader).stream().spliterator();
      boolean more = true;
      for (int i = 0; more && i < MAX_ENTRIES; i++) {
        try {
          more = found.tryAdvance(take);
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
          finder.broken(e);
        }
      }
    }
  }
}
