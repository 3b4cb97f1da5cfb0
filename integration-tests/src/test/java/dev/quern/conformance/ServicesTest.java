// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quern.config.Runtimes;
import dev.quern.locked.LockedProvider;
import dev.quern.lockfree.LockfreeProvider;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a module provides on the module path it provides on the class path, and no more. */
class ServicesTest {
  private static final String SERVICES = "META-INF/services/";

  @Test
  void modulesAndServicesFilesSayTheSame() throws Exception {
    for (Class<?> inside : Set.of(Runtimes.class, LockedProvider.class, LockfreeProvider.class)) {
      ModuleReference module = moduleOf(inside);
      TreeMap<String, Set<String>> declared = new TreeMap<>();
      for (ModuleDescriptor.Provides provides : module.descriptor().provides()) {
        declared.put(provides.service(), new TreeSet<>(provides.providers()));
      }
      assertFalse(declared.isEmpty(), module::toString);
      assertEquals(declared, listed(module), module.descriptor().name());
    }
  }

  private static ModuleReference moduleOf(Class<?> inside) throws URISyntaxException {
    Path where = Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI());
    return ModuleFinder.of(where).findAll().iterator().next();
  }

  private static TreeMap<String, Set<String>> listed(ModuleReference module) throws IOException {
    TreeMap<String, Set<String>> listed = new TreeMap<>();
    try (ModuleReader reader = module.open();
        var names = reader.list()) {
      for (String name : names.filter(n -> n.startsWith(SERVICES)).toList()) {
        if (!name.endsWith("/")) {
          listed.put(name.substring(SERVICES.length()), lines(reader, name));
        }
      }
    }
    return listed;
  }

  private static Set<String> lines(ModuleReader reader, String name) throws IOException {
    try (var in = reader.open(name).orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceAll("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
