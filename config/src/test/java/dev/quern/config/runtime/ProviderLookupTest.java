// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ConfigurationException;
import dev.quern.Family;
import dev.quern.Inspection.Setting;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules R1, R2, R6 and R9, with class paths made for the test. */
class ProviderLookupTest {
  private static final String ADVICE = "add the artifact dev.quern:quern-lockfree";

  private final Worlds world = new Worlds();
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  @TempDir Path directory;

  @AfterEach
  void restoreLoader() {
    Thread.currentThread().setContextClassLoader(before);
  }

  @Test
  void theNamedProviderIsTaken() throws IOException {
    find(Low.class, High.class);
    assertEquals(new Setting("quern.provider", "low", "program"), provider("low"));
  }

  @Test
  void withoutANameTheHighestRankIsTakenAndLoggedOnce() throws IOException {
    find(Low.class, High.class);
    try (Quern quern = world.opening(OpenOptions.NONE).open()) {
      assertEquals(new Setting("quern.provider", "high", "default"), provider(quern));
    }
    assertEquals(List.of("INFO quern.provider is not set, taking high"), world.logged);
  }

  @Test
  void aTieOfRanksNamesThem() throws IOException {
    find(High.class, AsHigh.class, Low.class);
    assertEquals(
        List.of("quern.provider is not set, and these have the same rank: [as-high, high]"),
        problems(OpenOptions.NONE));
    assertEquals("as-high", provider("as-high").value());
  }

  @Test
  void anUnknownNameNamesThoseFound() throws IOException {
    find(Low.class, High.class);
    assertEquals(
        List.of("quern.provider = \"lwo\" (program): there is no such provider, found [high, low]"),
        problems(OpenOptions.NONE.set("quern.provider", "lwo")));
  }

  @Test
  void noneFoundNamesTheArtifact() throws IOException {
    find();
    assertEquals(List.of("no provider of Quern found: " + ADVICE), problems(OpenOptions.NONE));
    assertEquals(
        List.of(
            "quern.provider = \"x\" (program): there is no such provider, found none: " + ADVICE),
        problems(OpenOptions.NONE.set("quern.provider", "x")));
  }

  @Test
  void twoOfOneNameNameBothSources() throws IOException {
    find(Low.class, LowAgain.class);
    String source = Low.class.getProtectionDomain().getCodeSource().getLocation().toString();
    String expected =
        "two providers are named \"low\": "
            + Low.class.getName()
            + " in "
            + source
            + " and "
            + LowAgain.class.getName()
            + " in "
            + source;
    assertEquals(List.of(expected), problems(OpenOptions.NONE.set("quern.provider", "low")));
    assertEquals(List.of(expected), problems(OpenOptions.NONE));
  }

  @Test
  void twoOfOneNameAreAnErrorWhicheverIsChosen() throws IOException {
    find(Low.class, LowAgain.class, High.class);
    assertEquals(1, problems(OpenOptions.NONE.set("quern.provider", "high")).size());
  }

  @Test
  void oneThatCannotLoadIsReportedAndHidesNoOther() throws IOException {
    findNames(
        "no.such.Provider",
        Worlds.class.getName(),
        Throwing.class.getName(),
        Nameless.class.getName(),
        Low.class.getName());
    assertEquals("low", provider("low").value());
    assertEquals(4, world.logged.size(), world.logged::toString);
    assertTrue(
        world.logged.stream()
            .allMatch(line -> line.startsWith("WARNING a provider of Quern cannot be loaded")));
  }

  @Test
  void whereNoneIsLeftTheErrorSaysWhatCouldNotBeLoaded() throws IOException {
    findNames("no.such.Provider");
    String problem = problems(OpenOptions.NONE).get(0);
    assertTrue(problem.contains(ADVICE) && problem.contains("no.such.Provider"), problem);
  }

  @Test
  void oneForAnotherSpiIsRefusedNamingBothVersions() throws IOException {
    find(Old.class);
    String refused = "provider \"old\" is built for version 0 of the SPI, this is version 1";
    String left = problems(OpenOptions.NONE).get(0);
    assertTrue(left.startsWith(refused), left);
    find(Old.class, Low.class);
    String chosen = problems(OpenOptions.NONE.set("quern.provider", "old")).get(0);
    assertTrue(chosen.startsWith(refused), chosen);
    world.logged.clear();
    assertEquals("low", provider("low").value());
    assertEquals(1, world.logged.size());
    assertTrue(world.logged.get(0).startsWith("WARNING " + refused), world.logged::toString);
    String direct =
        assertThrows(
                ConfigurationException.class, () -> world.opening(OpenOptions.NONE).open(new Old()))
            .getMessage();
    assertTrue(direct.startsWith(refused), direct);
  }

  @Test
  void problemsOfSettingsAndOfProvidersAreReportedTogether() throws IOException {
    find();
    world.system.setProperty("quern.checks", "maybe");
    assertEquals(2, problems(OpenOptions.NONE).size());
  }

  @Test
  void aProviderGivenIsTakenWhateverIsNamed() {
    try (Quern quern = world.open(OpenOptions.NONE.set("quern.provider", "other"))) {
      assertEquals(new Setting("quern.provider", "fake", "program"), provider(quern));
    }
  }

  @Test
  void aPrimitiveIsMadeByTheProviderThatIsNamedForItsNameOrItsKind() throws IOException {
    find(Low.class, High.class);
    world.environment = Map.of("QUERN_WORK_QUEUE__BY_ENVIRONMENT__PROVIDER", "low");
    OpenOptions options =
        OpenOptions.NONE
            .set("quern.thread-pool.*.provider", "low")
            .set("quern.thread-pool.own.provider", "high");
    try (Quern quern = world.opening(options).open()) {
      quern.newWorkQueue("by-environment");
      quern.newWorkQueue("usual");
      quern.threadPool("any");
      quern.threadPool("own");
      assertEquals(
          List.of("low", "high", "low", "high"),
          quern.inspect().families().stream().map(Family::provider).toList());
      assertTrue(
          quern
              .inspect()
              .settings()
              .contains(
                  new Setting(
                      "quern.work-queue.by-environment.provider",
                      "low",
                      "environment variable QUERN_WORK_QUEUE__BY_ENVIRONMENT__PROVIDER")));
    }
  }

  @Test
  void whatIsSaidOfThePoolsOfTheCpusHoldsForTheProviderToo() throws IOException {
    find(Low.class, High.class);
    OpenOptions options = OpenOptions.NONE.set("quern.thread-pool.io.provider", "low");
    try (Quern quern = world.opening(options).open()) {
      quern.cpuPools(ThreadPoolSpec.named("io"));
      assertEquals(
          Optional.of("low"),
          quern.inspect().family(Kind.THREAD_POOL, "io-cpu0").map(Family::provider));
    }
  }

  @Test
  void everySettingThatNamesAnUnusableProviderIsAProblem() throws IOException {
    find(Low.class, Old.class);
    world.environment = Map.of("QUERN_WORK_QUEUE__NEVER_MADE__PROVIDER", "hgih");
    List<String> problems =
        problems(
            OpenOptions.NONE
                .set("quern.queue.never-made.provider", "nobody")
                .set("quern.task-context.*.provider", "old"));
    assertEquals(3, problems.size(), problems::toString);
    assertTrue(
        problems.contains(
            "quern.queue.never-made.provider = \"nobody\" (program): there is no such provider,"
                + " found [low]"),
        problems::toString);
    assertTrue(
        problems.stream().anyMatch(p -> p.startsWith("QUERN_WORK_QUEUE__NEVER_MADE__PROVIDER")));
    assertTrue(
        problems.stream()
            .anyMatch(
                p -> p.contains("\"old\" is built for version 0 of the SPI, this is version")));
  }

  @Test
  void besideAProviderGivenOthersAreLookedForOnlyIfTheyAreNamed() throws IOException {
    findNames("no.such.Class", Low.class.getName());
    world.open(OpenOptions.NONE.set("quern.queue.*.provider", "fake")).close();
    assertEquals(List.of(), world.logged, "nobody looked");
    try (Quern quern = world.open(OpenOptions.NONE.set("quern.queue.*.provider", "low"))) {
      quern.newQueue(QueueSpec.unbounded("q"));
      assertEquals(
          Optional.of("low"), quern.inspect().family(Kind.QUEUE, "q").map(Family::provider));
    }
    ConfigurationException unknown =
        assertThrows(
            ConfigurationException.class,
            () -> world.open(OpenOptions.NONE.set("quern.queue.*.provider", "high")));
    assertTrue(unknown.problems().get(0).contains("found [fake, low]"), unknown::toString);
  }

  @Test
  void ofProvidersGivenTheFirstIsTheUsualAndNoOthersCount() throws IOException {
    find(High.class);
    OpenOptions options = OpenOptions.NONE.set("quern.queue.q.provider", "low");
    List<Provider> given = List.of(world.provider, new Low());
    try (Quern quern = world.opening(options).open(given)) {
      assertEquals(new Setting("quern.provider", "fake", "program"), provider(quern));
      quern.newQueue(QueueSpec.unbounded("q"));
      assertEquals(
          Optional.of("low"), quern.inspect().family(Kind.QUEUE, "q").map(Family::provider));
    }
    OpenOptions found = OpenOptions.NONE.set("quern.queue.q.provider", "high");
    assertThrows(ConfigurationException.class, () -> world.opening(found).open(given));
    for (List<Provider> wrong :
        List.of(
            List.<Provider>of(new Low(), new LowAgain()),
            List.<Provider>of(new Low(), new Old()))) {
      assertThrows(
          ConfigurationException.class,
          () -> world.opening(OpenOptions.NONE).open(wrong),
          wrong::toString);
    }
  }

  /** Everything is loaded twice over: the library's loader and the context loader see the same. */
  @Test
  void runtimeAndProviderFoundThroughBothLoadersCountOnce() throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(services.resolve(Provider.class.getName()), Low.class.getName());
    List<URL> path = new ArrayList<>(List.of(directory.toUri().toURL()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader library =
            new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        URLClassLoader context = new URLClassLoader(new URL[0], library)) {
      Thread.currentThread().setContextClassLoader(context);
      Class<?> face = library.loadClass(Quern.class.getName());
      assertTrue(face != (Class<?>) Quern.class);
      Object quern = face.getMethod("open").invoke(null);
      Object inspection = face.getMethod("inspect").invoke(quern);
      assertTrue(inspection.toString().contains("value=low, source=default"), inspection::toString);
      face.getMethod("close").invoke(quern);
    }
  }

  private void find(Class<?>... providers) throws IOException {
    findNames(Arrays.stream(providers).map(Class::getName).toArray(String[]::new));
  }

  private void findNames(String... providers) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(services.resolve(Provider.class.getName()), Stream.of(providers).toList());
    Thread.currentThread()
        .setContextClassLoader(
            new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader()));
  }

  private Setting provider(String named) {
    OpenOptions options = OpenOptions.NONE.set("quern.provider", named);
    try (Quern quern = world.opening(options).open()) {
      return provider(quern);
    }
  }

  private static Setting provider(Quern quern) {
    return quern.inspect().settings().stream()
        .filter(setting -> setting.key().equals("quern.provider"))
        .findFirst()
        .orElseThrow();
  }

  private List<String> problems(OpenOptions options) {
    return assertThrows(ConfigurationException.class, () -> world.opening(options).open())
        .problems();
  }

  /** What the providers of this test have in common. */
  abstract static class Named implements Provider {
    private final String name;
    private final int rank;

    Named(String name, int rank) {
      this.name = name;
      this.rank = rank;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public int spiVersion() {
      return SPI_VERSION;
    }

    @Override
    public Primitives create(Host host) {
      return new FakeProvider().create(host);
    }
  }

  /** Rank 1. */
  public static final class Low extends Named {
    public Low() {
      super("low", 1);
    }
  }

  /** Another of that name. */
  public static final class LowAgain extends Named {
    public LowAgain() {
      super("low", 1);
    }
  }

  /** Rank 2. */
  public static final class High extends Named {
    public High() {
      super("high", 2);
    }
  }

  /** Rank 2 too. */
  public static final class AsHigh extends Named {
    public AsHigh() {
      super("as-high", 2);
    }
  }

  /** Built for an older SPI. */
  public static final class Old extends Named {
    public Old() {
      super("old", 9);
    }

    @Override
    public int spiVersion() {
      return 0;
    }
  }

  /** Cannot be made. */
  public static final class Throwing extends Named {
    public Throwing() {
      super("throwing", 9);
      throw new IllegalStateException("on purpose");
    }
  }

  /** Cannot be asked. */
  public static final class Nameless extends Named {
    public Nameless() {
      super("nameless", 9);
    }

    @Override
    public int spiVersion() {
      throw new AbstractMethodError("on purpose");
    }
  }
}
