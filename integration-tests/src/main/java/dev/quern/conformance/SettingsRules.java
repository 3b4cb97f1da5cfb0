// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ConfigurationException;
import dev.quern.DaemonQueueSpec;
import dev.quern.Inspection.Setting;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a value comes from, and what is said of a wrong one: rules R3, R4. */
public final class SettingsRules {
  private static String maxActive(String name) {
    return "quern.work-queue." + name + ".max-active";
  }

  private static OpenOptions withFile(Path file, String... lines) throws IOException {
    Files.write(file, List.of(lines));
    return OpenOptions.NONE.set("quern.config", file.toString());
  }

  private static Path temporary() throws IOException {
    Path file = Files.createTempFile("quern", ".properties");
    file.toFile().deleteOnExit();
    return file;
  }

  private static void assertSetting(
      Quern quern, String name, String option, String value, String source) {
    String end = "." + name + "." + option;
    List<Setting> found =
        quern.inspect().settings().stream().filter(s -> s.key().endsWith(end)).toList();
    assertEquals(1, found.size(), () -> end + " in " + quern.inspect().settings());
    assertEquals(value, found.get(0).value(), found::toString);
    assertTrue(found.get(0).source().contains(source), found::toString);
  }

  @Conformance
  @Rule("R3")
  void theStrongestSourceCounts(Scene scene) throws Exception {
    Path file = temporary();
    OpenOptions options =
        withFile(
                file,
                maxActive("all") + " = 14",
                maxActive("system") + " = 14",
                maxActive("file") + " = 14",
                maxActive("*") + " = 19")
            .set(maxActive("all"), "12")
            .set(maxActive("*"), "18");
    System.setProperty(maxActive("all"), "13");
    System.setProperty(maxActive("system"), "13");
    Quern quern;
    try {
      quern = scene.open(options);
    } finally {
      System.clearProperty(maxActive("all"));
      System.clearProperty(maxActive("system"));
    }
    for (String name : List.of("all", "system", "file", "spec")) {
      quern.newWorkQueue(WorkQueueSpec.named(name).maxActive(15));
    }
    quern.newWorkQueue("any");
    quern.threadPool("default");
    assertSetting(quern, "all", "max-active", "12", "program");
    assertSetting(quern, "system", "max-active", "13", "system property");
    assertSetting(quern, "file", "max-active", "14", file.toString());
    assertSetting(quern, "spec", "max-active", "15", "spec");
    assertSetting(quern, "any", "max-active", "18", "program");
    assertSetting(quern, "default", "max-run", "16", "default");
  }

  @Conformance
  @Rule("R3")
  void aValueForANameBeatsOneForAllWhateverTheirSources(Scene scene) throws Exception {
    OpenOptions options =
        withFile(temporary(), maxActive("named") + " = 4").set(maxActive("*"), "9");
    Quern quern = scene.open(options);
    quern.newWorkQueue(WorkQueueSpec.named("named").maxActive(2));
    quern.newWorkQueue(WorkQueueSpec.named("in-code").maxActive(2));
    quern.newWorkQueue("neither");
    assertSetting(quern, "named", "max-active", "4", "file");
    assertSetting(quern, "in-code", "max-active", "2", "spec");
    assertSetting(quern, "neither", "max-active", "9", "program");
  }

  @Conformance
  @Rule({"R3", "W12"})
  void whatIsConfiguredIsWhatHappens(Scene scene) {
    Quern quern = scene.open(OpenOptions.NONE.set(maxActive("works"), "2"));
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named("works").maxActive(1));
    List<Blocked> together = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Blocked blocked = new Blocked();
      together.add(blocked);
      queue.newWork("blocked", blocked).submit();
    }
    together.forEach(blocked -> blocked.awaitEntered(scene));
    together.forEach(Blocked::release);
    Quern bounded = scene.open(OpenOptions.NONE.set("quern.queue.small.capacity", "3"));
    assertEquals(3, bounded.newQueue(QueueSpec.bounded("small", 10)).capacity());
  }

  @Conformance
  @Rule("R3")
  void whatGivesMeaningCannotBeConfigured(Scene scene) {
    for (String key :
        List.of(
            "quern.work-queue.x.ordered",
            "quern.queue.x.bounded",
            "quern.queue.x.producers-wait",
            "quern.daemon-queue.x.inactive",
            "quern.daemon-queue.x.target",
            "quern.thread-pool.x.virtual",
            "quern.queue.x.name")) {
      assertProblems(scene, OpenOptions.NONE.set(key, "true"), List.of(List.of(key, "true")));
    }
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set(maxActive("ordered"), "2")
                .set("quern.queue.unbounded.capacity", "2")
                .set(maxActive("*"), "3"));
    assertThrows(
        ConfigurationException.class, () -> quern.newWorkQueue(WorkQueueSpec.ordered("ordered")));
    assertThrows(
        ConfigurationException.class, () -> quern.newQueue(QueueSpec.unbounded("unbounded")));
    quern.newWorkQueue(WorkQueueSpec.ordered("weaker")); // a value for all is weaker than the spec
  }

  @Conformance
  @Rule("R3")
  void valuesMayReferToOthers(Scene scene) {
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set(maxActive("one"), "7")
                .set(maxActive("two"), "${" + maxActive("one") + "}"));
    quern.newWorkQueue("two");
    assertSetting(quern, "two", "max-active", "7", "program");
  }

  @Conformance
  @Rule("R4")
  void allErrorsAreReportedTogetherAndNothingWasStarted(Scene scene) throws Exception {
    Path file = temporary();
    OpenOptions options =
        withFile(
                file,
                "quern.thread-pool.never-made.max-threads = many",
                "quern.daemon-queue.never-made.waiting = asleep")
            .set("quern.work-que.x.max-active", "3")
            .set("quern.work-queue.x.max-actve", "3")
            .set(maxActive("x"), "0")
            .set("quern.close-limit", "soon");
    assertProblems(
        scene,
        options,
        List.of(
            List.of("thread-pool.never-made.max-threads", "many", file.toString(), "integer"),
            List.of("daemon-queue.never-made.waiting", "asleep", file.toString(), "park"),
            List.of("quern.work-que.x.max-active", "program", maxActive("x")),
            List.of("quern.work-queue.x.max-actve", "program", maxActive("x")),
            List.of(maxActive("x"), "\"0\"", "program", "integer from 1"),
            List.of("quern.close-limit", "soon", "program", "duration")));
  }

  private static void assertProblems(
      Scene scene, OpenOptions options, List<List<String>> expected) {
    int before = scene.probe().threadStarts();
    long timers = timers();
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> scene.open(options));
    List<String> problems = refused.problems();
    for (List<String> parts : expected) {
      assertTrue(
          problems.stream().anyMatch(problem -> parts.stream().allMatch(problem::contains)),
          () -> parts + " in " + problems);
      parts.forEach(part -> assertTrue(refused.getMessage().contains(part), part));
    }
    assertEquals(expected.size(), problems.size(), problems::toString);
    assertEquals(before, scene.probe().threadStarts(), "something was started");
    assertEquals(timers, timers(), "something was started");
  }

  private static long timers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("quern."))
        .count();
  }

  @Conformance
  @Rule("R4")
  void anUnreadableFileIsAnError(Scene scene) throws Exception {
    Path none = temporary();
    Files.delete(none);
    OpenOptions options = OpenOptions.NONE.set("quern.config", none.toString());
    assertProblems(scene, options, List.of(List.of("quern.config", none.toString())));
  }

  @Conformance
  @Rule({"R4", "D2"})
  void whatASpecMayNotHaveAnOptionMayNotGive(Scene scene) {
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set("quern.daemon-queue.child.priority", "3")
                .set("quern.thread-pool.prefers.priority", "3"));
    var target = quern.newDaemonQueue(DaemonQueueSpec.unbounded("target"), item -> {});
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> target.newChild(DaemonQueueSpec.unbounded("child"), item -> {}));
    assertTrue(refused.getMessage().contains("quern.daemon-queue.child.priority"));
    assertFalse(quern.threadPool(ThreadPoolSpec.named("prefers")).isClosed());
  }
}
