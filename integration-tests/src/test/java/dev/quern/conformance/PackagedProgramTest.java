// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is compiled against the API alone, run as its users would: rules R1, R2, R11. */
class PackagedProgramTest {
  private static final String MODULE = "module app { requires dev.quern; }";
  private static final String MAIN =
      """
      package app;

      import dev.quern.*;

      public class Main {
        public static void main(String[] arguments) throws Exception {
          try (Quern quern = Quern.open()) {
            WorkQueue queue = quern.newWorkQueue("maintenance");
            queue.newWork("hello", () -> System.out.println("the work ran")).submit();
            queue.flush();
            Inspection inspection = quern.inspect();
            System.out.println(
                "on " + inspection.family(Kind.WORK_QUEUE, "maintenance").get().provider());
            inspection.settings().forEach(System.out::println);
          }
        }
      }
      """;
  private static final String LEAVER =
      """
      package app;

      import dev.quern.*;

      public class Leaver {
        public static void main(String[] arguments) {
          DaemonQueue<String> queue =
              Quern.open()
                  .newDaemonQueue(
                      DaemonQueueSpec.unbounded("left").inactive(true), System.out::println);
          queue.add("handled at exit");
        }
      }
      """;

  @TempDir Path directory;

  private Workshop workshop = new Workshop(Path.of(""));
  private List<Path> modules = List.of();
  private List<Path> libraries = List.of();

  @BeforeEach
  void openWorkshop() throws Exception {
    workshop = new Workshop(directory);
    modules = workshop.modules();
    libraries = workshop.libraries();
    assertTrue(modules.size() >= 4, modules::toString);
  }

  private Path api() {
    return modules.stream()
        .filter(jar -> ModuleFinder.of(jar).find("dev.quern").isPresent())
        .findFirst()
        .orElseThrow();
  }

  private Path library(String name) {
    return libraries.stream()
        .filter(jar -> jar.getFileName().toString().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  private List<Path> without(String... missing) {
    return modules.stream()
        .filter(jar -> Stream.of(missing).allMatch(m -> ModuleFinder.of(jar).find(m).isEmpty()))
        .toList();
  }

  private Path onClassPath(String type, String source) throws Exception {
    return workshop.compile(type, Map.of("app/" + type + ".java", source), "-cp", api().toString());
  }

  private static List<String> classPath(Path program, List<List<Path>> parts, String... rest) {
    List<Path> all = new ArrayList<>(List.of(program));
    parts.forEach(all::addAll);
    List<String> arguments = new ArrayList<>(List.of("-cp", Workshop.path(all)));
    arguments.addAll(List.of(rest));
    return arguments;
  }

  private static void assertRan(Workshop.Ended ended, String provider) {
    assertEquals(0, ended.status(), ended::err);
    assertTrue(ended.out().contains("the work ran"), ended::out);
    assertTrue(ended.out().contains("on " + provider), ended::out);
    assertFalse(ended.err().contains("WARNING"), ended::err);
  }

  @Test
  @Rule({"R1", "G12"})
  void itRunsOnTheModulePath() throws Exception {
    Path app =
        workshop.compile(
            "module",
            Map.of("module-info.java", MODULE, "app/Main.java", MAIN),
            "-p",
            Workshop.path(List.of(api(), library("jspecify"))));
    List<Path> path = new ArrayList<>(List.of(app));
    path.addAll(modules);
    path.addAll(libraries);
    assertRan(
        workshop.java(Map.of(), List.of("-p", Workshop.path(path), "-m", "app/app.Main")),
        "lockfree");
  }

  @Test
  @Rule({"R1", "R2", "G12"})
  void itRunsOnTheClassPathAndSaysOnceWhichProviderItTook() throws Exception {
    Path app = onClassPath("Main", MAIN);
    Workshop.Ended ended =
        workshop.java(Map.of(), classPath(app, List.of(modules, libraries), "app.Main"));
    assertRan(ended, "lockfree");
    long lines = ended.err().lines().filter(line -> line.contains("quern.provider")).count();
    assertEquals(1, lines, ended::err);
    Workshop.Ended named =
        workshop.java(
            Map.of(),
            classPath(app, List.of(modules, libraries), "-Dquern.provider=locked", "app.Main"));
    assertRan(named, "locked");
    assertEquals("", named.err());
  }

  @Test
  @Rule("R3")
  void theEnvironmentIsASource() throws Exception {
    Path app = onClassPath("Main", MAIN);
    Workshop.Ended ended =
        workshop.java(
            Map.of(
                "QUERN_PROVIDER", "locked",
                "QUERN_WORK_QUEUE__MAINTENANCE__MAX_ACTIVE", "3",
                "QUERN_NOT_OURS", "ignored"),
            classPath(app, List.of(modules, libraries), "app.Main"));
    assertRan(ended, "locked");
    assertTrue(
        ended
            .out()
            .lines()
            .anyMatch(
                line ->
                    line.contains("quern.work-queue.maintenance.max-active")
                        && line.contains("value=3")
                        && line.contains("QUERN_WORK_QUEUE__MAINTENANCE__MAX_ACTIVE")),
        ended::out);
  }

  @Test
  @Rule("R2")
  void withoutAProviderTheErrorNamesTheArtifactToAdd() throws Exception {
    Path app = onClassPath("Main", MAIN);
    Workshop.Ended ended =
        workshop.java(
            Map.of(),
            classPath(
                app,
                List.of(without("dev.quern.locked", "dev.quern.lockfree"), libraries),
                "app.Main"));
    assertNotEquals(0, ended.status());
    assertTrue(ended.err().contains("dev.quern:quern-lockfree"), ended::err);
  }

  @Test
  @Rule("R1")
  void withoutARuntimeTheErrorNamesTheArtifactToAdd() throws Exception {
    Path app = onClassPath("Main", MAIN);
    Workshop.Ended ended =
        workshop.java(Map.of(), classPath(app, List.of(List.of(api())), "app.Main"));
    assertNotEquals(0, ended.status());
    assertTrue(ended.err().contains("dev.quern:quern-config"), ended::err);
  }

  @Test
  @Rule("R11")
  void onlyWhenAskedForIsTheRuntimeClosedAtExit() throws Exception {
    Path app = onClassPath("Leaver", LEAVER);
    Workshop.Ended plain =
        workshop.java(Map.of(), classPath(app, List.of(modules, libraries), "app.Leaver"));
    assertEquals(0, plain.status(), plain::err);
    assertEquals("", plain.out(), "nothing is registered, and daemon threads end");
    Workshop.Ended asked =
        workshop.java(
            Map.of(),
            classPath(
                app, List.of(modules, libraries), "-Dquern.close-on-exit=true", "app.Leaver"));
    assertEquals(0, asked.status(), asked::err);
    assertEquals("handled at exit", asked.out().strip());
  }
}
