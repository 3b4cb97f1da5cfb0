// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ConfigurationException;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.locked.LockedProvider;
import dev.quern.lockfree.LockfreeProvider;
import dev.quern.spi.Provider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a provider is found and chosen among several: rules R1, R2, R6. */
class DiscoveryTest {
  private static final String SOURCE =
      """
      package made;

      import dev.quern.locked.LockedProvider;
      import dev.quern.spi.*;

      public class %s implements Provider {
        %s
        @Override public String name() { return "%s"; }
        @Override public int rank() { return %d; }
        @Override public int spiVersion() { return %d; }
        @Override public Primitives create(Host host) { return new LockedProvider().create(host); }
      }
      """;

  @TempDir Path directory;

  private final LogCapture log = new LogCapture();

  @BeforeEach
  void capture() {
    log.begin();
  }

  @AfterEach
  void release() {
    log.end();
  }

  private static String source(String type, String name, int rank) {
    return SOURCE.formatted(type, "", name, rank, Provider.SPI_VERSION);
  }

  /** A directory with these providers and a services file that names them, and the ones given. */
  private Path providers(Map<String, String> sources, String... alsoNamed) throws Exception {
    Path classes = directory.resolve("classes");
    if (!sources.isEmpty()) {
      Workshop workshop = new Workshop(directory);
      Map<String, String> files = new TreeMap<>();
      sources.forEach((type, source) -> files.put("made/" + type + ".java", source));
      workshop.compile("classes", files, "-cp", System.getProperty("java.class.path"));
    }
    Path services = classes.resolve("META-INF/services/" + Provider.class.getName());
    Files.createDirectories(services.getParent());
    List<String> names = new ArrayList<>(List.of(alsoNamed));
    sources.keySet().forEach(type -> names.add("made." + type));
    Files.write(services, names);
    return classes;
  }

  /** The provider that a runtime takes, of those on the class path and in that directory. */
  private static String chosen(Path extra, OpenOptions options) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {extra.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      try (Quern quern = Quern.open(options)) {
        quern.newTaskContext("asks");
        return quern.inspect().family(Kind.TASK_CONTEXT, "asks").orElseThrow().provider();
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void assertRefused(Path extra, OpenOptions options, String... parts) {
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> chosen(extra, options));
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), () -> part + " in " + refused.getMessage());
    }
  }

  private static OpenOptions named(String provider) {
    return OpenOptions.NONE.set("quern.provider", provider);
  }

  private long logged(String... parts) {
    return log.records().stream()
        .filter(
            record -> {
              String text = record.getMessage() + " " + record.getThrown();
              return List.of(parts).stream().allMatch(text::contains);
            })
        .count();
  }

  @Test
  @Rule("R1")
  void oneClassFoundTwiceCountsOnce() throws Exception {
    Path twice = providers(Map.of(), LockfreeProvider.class.getName());
    assertEquals("lockfree", chosen(twice, OpenOptions.NONE));
  }

  @Test
  @Rule({"R1", "R2"})
  void theProviderNamedIsTakenAlsoFromTheContextLoader() throws Exception {
    Path extra = providers(Map.of("Low", source("Low", "low", -5)));
    assertEquals("low", chosen(extra, named("low")));
    assertEquals("locked", chosen(extra, named("locked")));
  }

  @Test
  @Rule("R2")
  void theHighestRankIsTakenAndLoggedOnce() throws Exception {
    Path extra = providers(Map.of("High", source("High", "high", 1000)));
    assertEquals("high", chosen(extra, OpenOptions.NONE));
    assertEquals(1, logged("high"));
  }

  @Test
  @Rule("R2")
  void aTieIsAnErrorThatNamesThem() throws Exception {
    Path extra =
        providers(Map.of("One", source("One", "one", 1000), "Two", source("Two", "two", 1000)));
    assertRefused(extra, OpenOptions.NONE, "one", "two");
    assertEquals("two", chosen(extra, named("two")));
  }

  @Test
  @Rule("R2")
  void anUnknownNameIsAnErrorThatNamesThoseFound() throws Exception {
    Path extra = providers(Map.of("Low", source("Low", "low", -5)));
    assertRefused(extra, named("lockedd"), "lockedd", "locked", "lockfree", "low");
  }

  @Test
  @Rule("R2")
  void twoOfOneNameAreAnErrorThatNamesBothSources() throws Exception {
    Path extra = providers(Map.of("Copy", source("Copy", "locked", 0)));
    assertRefused(extra, named("locked"), "locked", "made.Copy", LockedProvider.class.getName());
    assertRefused(extra, named("locked"), extra.toString());
  }

  @Test
  @Rule("R6")
  void aProviderThatCannotLoadIsReportedAndHidesNoOther() throws Exception {
    String failing =
        SOURCE.formatted(
            "Failing",
            "public Failing() { throw new IllegalStateException(\"on purpose\"); }",
            "failing",
            9,
            Provider.SPI_VERSION);
    Path extra =
        providers(
            Map.of("Failing", failing, "Later", source("Later", "zz-later", 1000)),
            "made.NotThere");
    assertEquals("zz-later", chosen(extra, OpenOptions.NONE));
    assertEquals("locked", chosen(extra, named("locked")));
    assertTrue(logged("made.NotThere") > 0);
    assertTrue(logged("made.Failing") > 0);
  }

  @Test
  @Rule("R6")
  void aProviderOfAnotherVersionIsRefusedNamingBothVersions() throws Exception {
    int other = Provider.SPI_VERSION + 41;
    Path extra = providers(Map.of("Newer", SOURCE.formatted("Newer", "", "newer", 1000, other)));
    assertRefused(extra, named("newer"), "newer", String.valueOf(other), "" + Provider.SPI_VERSION);
    assertEquals("lockfree", chosen(extra, OpenOptions.NONE));
    assertTrue(logged("newer", String.valueOf(other)) > 0);
  }
}
