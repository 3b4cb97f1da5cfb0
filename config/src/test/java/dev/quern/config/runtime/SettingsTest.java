// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ConfigurationException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Inspection.Setting;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import dev.quern.WorkQueueSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules R3 and R4, and what a provider gets of them. */
class SettingsTest {
  private static final String KEY = "quern.work-queue.a.max-active";

  private final Worlds world = new Worlds();
  @TempDir Path directory;
  @TempDir Path elsewhere;

  @Test
  void theStrongestSourceCounts() throws IOException {
    world.directory = directory;
    Path onClassPath = Files.writeString(elsewhere.resolve("quern.properties"), KEY + " = 14");
    world.classPath = onClassPath.toUri().toURL();
    WorkQueueSpec inCode = WorkQueueSpec.named("a").maxActive(15);
    assertSetting(OpenOptions.NONE, inCode, 14, "file " + world.classPath);
    Path file = Files.writeString(directory.resolve("quern.properties"), KEY + " = 13");
    assertSetting(OpenOptions.NONE, inCode, 13, "file " + file);
    world.environment = Map.of("QUERN_WORK_QUEUE__A__MAX_ACTIVE", "12");
    assertSetting(
        OpenOptions.NONE, inCode, 12, "environment variable QUERN_WORK_QUEUE__A__MAX_ACTIVE");
    world.system.setProperty(KEY, "11");
    assertSetting(OpenOptions.NONE, inCode, 11, "system property");
    assertSetting(OpenOptions.NONE.set(KEY, "10"), inCode, 10, "program");
  }

  @Test
  void theSpecBeatsTheDefaultAndTheKind() {
    OpenOptions all = OpenOptions.NONE.set("quern.work-queue.*.max-active", "7");
    assertSetting(all, WorkQueueSpec.named("a").maxActive(3), 3, "spec");
    assertSetting(all, WorkQueueSpec.named("a"), 7, "program");
    int processors = Runtime.getRuntime().availableProcessors();
    assertSetting(
        OpenOptions.NONE, WorkQueueSpec.named("a"), Math.max(4, processors + 1), "default");
  }

  @Test
  void aKeyForTheNameBeatsOneForTheKindWhateverTheirSources() throws IOException {
    world.directory = directory;
    Path file = Files.writeString(directory.resolve("quern.properties"), KEY + " = 5");
    assertSetting(
        OpenOptions.NONE.set("quern.work-queue.*.max-active", "7"),
        WorkQueueSpec.named("a").maxActive(3),
        5,
        "file " + file);
  }

  @Test
  void quernConfigReplacesTheUsualFiles() throws IOException {
    world.directory = directory;
    Files.writeString(directory.resolve("quern.properties"), KEY + " = 13");
    Path chosen = Files.writeString(elsewhere.resolve("mine.properties"), "quern.checks = true");
    OpenOptions options = OpenOptions.NONE.set("quern.config", chosen.toString());
    assertSetting(options, WorkQueueSpec.named("a").maxActive(3), 3, "spec");
    assertTrue(shown(options).contains(new Setting("quern.checks", "true", "file " + chosen)));
  }

  @Test
  void aFileThatQuernConfigNamesMustBeThere() {
    String missing = directory.resolve("none.properties").toString();
    List<String> problems = problems(OpenOptions.NONE.set("quern.config", missing));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(
        problems
            .get(0)
            .startsWith(
                "quern.config = \""
                    + missing
                    + "\" (program): expected the path of a readable properties file"),
        problems::toString);
  }

  @Test
  void valuesReferToEachOtherAcrossSources() throws IOException {
    world.directory = directory;
    Path file =
        Files.writeString(
            directory.resolve("quern.properties"),
            KEY + " = ${half}${half}\nhalf = ${sys:digit}\nquern.checks = ${env:CHECKS}");
    world.system.setProperty("digit", "4");
    world.environment = Map.of("CHECKS", "true");
    assertSetting(OpenOptions.NONE, WorkQueueSpec.named("a"), 44, "file " + file);
    world.system.setProperty("half", "6");
    assertSetting(OpenOptions.NONE, WorkQueueSpec.named("a"), 66, "file " + file);
    assertTrue(
        shown(OpenOptions.NONE).contains(new Setting("quern.checks", "true", "file " + file)));
  }

  @Test
  void referencesThatLeadNowhereOrRoundAreMalformed() {
    List<String> problems =
        problems(
            OpenOptions.NONE
                .set("quern.checks", "${nothing}")
                .set("quern.close-limit", "${quern.close-on-exit}")
                .set("quern.close-on-exit", "${quern.close-limit}")
                .set(KEY, "${base64Decoder:NA==}"));
    assertEquals(4, problems.size(), problems::toString);
  }

  @Test
  void everythingWrongIsReportedTogetherAndNothingStarts() throws IOException {
    world.directory = directory;
    Path file =
        Files.writeString(
            directory.resolve("quern.properties"),
            "quern.work-queue.never.max-active = 0\nquern.checks = true\nquern.checks = true\n"
                + "quern.config = x\nother = 1");
    world.system.setProperty("quern.close-limit", "soon");
    world.environment =
        Map.of("QUERN_CLOSE_ON_EXIT", "maybe", "QUERN_HOME", "x", "PATH", "y", "QUERN_CHEKS", "z");
    List<Runnable> started = new ArrayList<>();
    List<String> problems =
        problems(
            OpenOptions.NONE
                .set("quern.provder", "locked")
                .threadFactory(
                    body -> {
                      started.add(body);
                      return new Thread(body);
                    }));
    assertEquals(
        List.of(
            "quern.provder = \"locked\" (program): unknown key, the nearest known is"
                + " quern.provider",
            "quern.close-limit = \"soon\" (system property): expected a duration such as 250ms,"
                + " 30s, 5m or PT30S",
            "quern.work-queue.never.max-active = \"0\" (file "
                + file
                + "): expected an integer from 1 to 2147483647",
            "quern.checks = \"[true, true]\" (file "
                + file
                + "): expected once, is given more than once",
            "quern.config = \"x\" (file " + file + "): expected outside of configuration files",
            "QUERN_CLOSE_ON_EXIT = \"maybe\" (environment variable QUERN_CLOSE_ON_EXIT): expected"
                + " true or false"),
        problems);
    assertTrue(world.provider.made.isEmpty());
    assertEquals(List.of(), started);
  }

  @Test
  void theNearestKeyKeepsTheName() {
    assertEquals(
        "quern.work-queue.maintenance.max-active",
        Problems.nearest("quern.work-queue.maintenance.maxactive"));
    assertEquals("quern.work-queue.a.b.priority", Problems.nearest("quern.workqueue.a.b.priority"));
    assertEquals(
        "quern.thread-pool.io.idle-limit", Problems.nearest("quern.threadpool.io.idle-limt"));
    assertEquals("quern.checks", Problems.nearest("quern.check"));
    assertEquals(
        "quern.work-queue.quern.default.max-active",
        Problems.nearest("quern.work-queue.quern.defualt.max-active"));
    assertEquals("quern.queue.*.capacity", Problems.nearest("quern.queue.-.capacity"));
  }

  @Test
  void whatGivesMeaningCannotBeConfigured() {
    for (String key :
        List.of(
            "quern.queue.a.name",
            "quern.queue.a.bounded",
            "quern.queue.a.producers-wait",
            "quern.daemon-queue.a.producers-wait",
            "quern.daemon-queue.a.inactive",
            "quern.daemon-queue.*.target",
            "quern.thread-pool.a.virtual",
            "quern.thread-pool.a.interlock",
            "quern.work-queue.a.ordered")) {
      String option = key.substring(key.lastIndexOf('.') + 1);
      assertEquals(
          List.of(
              key
                  + " = \"true\" (program): expected in the program only: "
                  + option
                  + " gives meaning, it does not tune"),
          problems(OpenOptions.NONE.set(key, "true")));
    }
    world.environment = Map.of("QUERN_WORK_QUEUE__A__ORDERED", "true");
    assertEquals(1, problems(OpenOptions.NONE).size());
  }

  @Test
  void aKeyThatCannotApplyIsAnErrorWhenThePrimitiveIsMade() {
    OpenOptions options =
        OpenOptions.NONE
            .set("quern.queue.a.capacity", "5")
            .set("quern.daemon-queue.a.capacity", "5")
            .set("quern.daemon-queue.child.priority", "5")
            .set("quern.daemon-queue.child.pool", "io")
            .set("quern.work-queue.a.max-active", "5");
    Quern quern = world.open(options);
    assertProblems(1, () -> quern.newQueue(QueueSpec.unbounded("a")));
    assertProblems(1, () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), i -> {}));
    assertProblems(1, () -> quern.newWorkQueue(WorkQueueSpec.ordered("a")));
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("parent"), i -> {});
    assertProblems(2, () -> parent.newChild(DaemonQueueSpec.unbounded("child"), i -> {}));
    assertEquals(
        List.of("DaemonQueue parent"), world.provider.made.stream().map(Fake::toString).toList());
    // the name was not taken by what failed
    quern.newDaemonQueue(DaemonQueueSpec.bounded("a", 7), i -> {});
    assertEquals(Optional.of(5), ((DaemonQueueSpec) world.provider.fake("a").spec).capacity());
    quern.close();
  }

  @Test
  void whatIsConfiguredForAKindSkipsThoseThatCannotHaveIt() {
    Quern quern =
        world.open(
            OpenOptions.NONE
                .set("quern.queue.*.capacity", "5")
                .set("quern.daemon-queue.*.pool", "io")
                .set("quern.work-queue.*.max-active", "9"));
    quern.newQueue(QueueSpec.unbounded("q"));
    assertEquals(Optional.empty(), ((QueueSpec) world.provider.fake("q").spec).capacity());
    quern.newWorkQueue(WorkQueueSpec.ordered("o"));
    assertEquals(Optional.of(1), ((WorkQueueSpec) world.provider.fake("o").spec).maxActive());
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("p"), i -> {});
    assertEquals(Optional.of("io"), ((DaemonQueueSpec) world.provider.fake("p").spec).pool());
    parent.newChild(DaemonQueueSpec.unbounded("c"), i -> {});
    assertEquals(Optional.empty(), ((DaemonQueueSpec) world.provider.fake("c").spec).pool());
    quern.close();
  }

  @Test
  void aVariableMeansEveryNameThatIsWrittenSo() {
    world.environment = Map.of("QUERN_WORK_QUEUE__A_B__MAX_ACTIVE", "9");
    Quern quern = world.open(OpenOptions.NONE);
    for (String name : List.of("a.b", "a-b", "A_b")) {
      quern.newWorkQueue(name);
      assertEquals(Optional.of(9), ((WorkQueueSpec) world.provider.fake(name).spec).maxActive());
    }
    quern.close();
  }

  @Test
  void namesMayHaveDotsAndSystemQueuesAreTunedByTheirs() {
    Quern quern =
        world.open(
            OpenOptions.NONE
                .set("quern.work-queue.a.b.c.max-active", "2")
                .set("quern.work-queue.*.max-active", "3")
                .set("quern.work-queue.quern.default.max-active", "6"));
    quern.newWorkQueue("a.b.c");
    for (SystemQueue which : SystemQueue.values()) {
      quern.systemQueue(which);
    }
    assertEquals(2, maxActive("a.b.c"));
    assertEquals(6, maxActive("quern.default"));
    assertEquals(256, maxActive("quern.long-running"));
    assertEquals(3, maxActive("quern.high-priority"));
    assertEquals(Integer.MAX_VALUE, maxActive("quern.unbound"));
    quern.close();
  }

  @Test
  void aProviderGetsEveryOptionSet() {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newQueue(QueueSpec.bounded("q", 3));
    QueueSpec queue = (QueueSpec) world.provider.fake("q").spec;
    assertEquals(Optional.of(3), queue.capacity());
    assertEquals(Optional.of(false), queue.producersWait());
    quern.newDaemonQueue(DaemonQueueSpec.bounded("d", 3).priority(7), i -> {});
    DaemonQueueSpec daemon = (DaemonQueueSpec) world.provider.fake("d").spec;
    assertEquals(Optional.of(7), daemon.priority());
    assertEquals(Optional.of(1024), daemon.maxBatch());
    assertEquals(Optional.of(Waiting.SPIN_THEN_PARK), daemon.waiting());
    assertEquals(Optional.of(false), daemon.inactive());
    assertEquals(Optional.of(true), daemon.producersWait());
    quern.threadPool("p");
    ThreadPoolSpec pool = (ThreadPoolSpec) world.provider.fake("p").spec;
    assertEquals(Optional.of(ThreadPoolSpec.NO_PRIORITY), pool.priority());
    assertEquals(Optional.of(1024), pool.maxThreads());
    assertEquals(Optional.of(Duration.ofSeconds(30)), pool.idleLimit());
    assertEquals(Optional.of(16), pool.maxRun());
    assertEquals(Optional.of(false), pool.virtual());
    assertEquals(Optional.of(false), pool.threadNames());
    quern.newTaskContext(TaskContextSpec.named("t").pool("p"));
    TaskContextSpec context = (TaskContextSpec) world.provider.fake("t").spec;
    assertEquals(Optional.of(64), context.maxInline());
    assertEquals(Optional.of(Duration.ofMillis(1)), context.maxInlineTime());
    assertEquals(Optional.of("p"), context.pool());
    quern.close();
  }

  @Test
  void aPoolsSpecMustNotDifferFromTheLiveOneUnlessConfigurationSettlesIt() {
    Quern quern = world.open(OpenOptions.NONE.set("quern.thread-pool.io.max-threads", "8"));
    quern.threadPool(ThreadPoolSpec.named("io").maxThreads(4).maxRun(2));
    quern.threadPool("io");
    quern.threadPool(ThreadPoolSpec.named("io").maxThreads(5));
    MisuseException misuse =
        assertThrows(
            MisuseException.class, () -> quern.threadPool(ThreadPoolSpec.named("io").maxRun(3)));
    assertEquals(
        "thread pool \"io\": is live with maxRun 2, asked for with 3", misuse.getMessage());
    quern.close();
  }

  private int maxActive(String name) {
    return ((WorkQueueSpec) world.provider.fake(name).spec).maxActive().orElseThrow();
  }

  private void assertSetting(OpenOptions options, WorkQueueSpec spec, int expected, String source) {
    Quern quern = world.open(options);
    quern.newWorkQueue(spec);
    assertEquals(expected, maxActive(spec.name()));
    String key = "quern.work-queue." + spec.name() + ".max-active";
    assertEquals(
        List.of(new Setting(key, String.valueOf(expected), source)),
        quern.inspect().settings().stream().filter(s -> s.key().equals(key)).toList());
    quern.close();
  }

  private List<Setting> shown(OpenOptions options) {
    try (Quern quern = world.open(options)) {
      return quern.inspect().settings();
    }
  }

  private List<String> problems(OpenOptions options) {
    return assertThrows(ConfigurationException.class, () -> world.open(options)).problems();
  }

  private static void assertProblems(int count, Runnable creation) {
    List<String> problems = assertThrows(ConfigurationException.class, creation::run).problems();
    assertEquals(count, problems.size(), problems::toString);
  }
}
