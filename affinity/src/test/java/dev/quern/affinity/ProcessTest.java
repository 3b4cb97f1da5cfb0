// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.openhft.affinity.Affinity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Whole processes: on the class path, on the module path, and with fewer CPUs than there are. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "what binds is a call of Linux")
class ProcessTest {
  private static final BitSet ALLOWED = AllowedCpus.ofThisProcess();
  private static final int LAST = ALLOWED.previousSetBit(ALLOWED.length());

  private final BitSet before = Affinity.getAffinity();

  @AfterEach
  void restore() {
    Affinity.setAffinity(before);
  }

  private static String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dquern.provider=lockfree");
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.strip();
  }

  private static String onClassPath() throws Exception {
    return run(
        System.getProperty("native.access"),
        "-cp",
        System.getProperty("java.class.path"),
        BoundProgram.class.getName());
  }

  private static String expected(int processors, int cpu) {
    return processors + " true " + cpu;
  }

  @Test
  void aProgramOnTheClassPathIsBound() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    int cpu = ALLOWED.stream().toArray()[(processors - 1) % ALLOWED.cardinality()];
    assertEquals(expected(processors, cpu), onClassPath());
  }

  /** A process inherits the CPUs of the thread that starts it. */
  @Test
  void aProcessThatMayUseOneCpuHasOnePoolOnIt() throws Exception {
    Affinity.setAffinity(LAST);
    assertEquals(expected(1, LAST), onClassPath());
  }

  /** The test's own classes are patched into the module: a program has no need to be one. */
  @Test
  void aProgramOnTheModulePathIsBound() throws Exception {
    Map<String, Path> path = new TreeMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.put(entry, Path.of(entry));
    }
    String modules =
        path.keySet().stream().filter(ProcessTest::isNeeded).collect(Collectors.joining(":"));
    String program =
        path.keySet().stream().filter(e -> e.endsWith("test-classes")).findFirst().orElseThrow();
    Affinity.setAffinity(LAST);
    assertEquals(
        expected(1, LAST),
        run(
            "--enable-native-access=com.sun.jna",
            "-p",
            modules,
            "--add-modules",
            "dev.quern.config,dev.quern.lockfree",
            "--patch-module",
            "dev.quern.affinity=" + program,
            "-m",
            "dev.quern.affinity/" + BoundProgram.class.getName()));
  }

  private static boolean isNeeded(String entry) {
    return Stream.of(
            "affinity",
            "jna",
            "slf4j",
            "commons-",
            "dagger-",
            "jspecify",
            "jakarta.inject",
            "javax.inject",
            "api",
            "spi",
            "config",
            "impl-lockfree",
            "quern-")
        .anyMatch(
            part -> {
              Path path = Path.of(entry);
              boolean classes = path.endsWith(Path.of("target", "classes"));
              String name =
                  (classes ? path.getParent().getParent() : path).getFileName().toString();
              return name.startsWith(part) && !entry.endsWith("test-classes");
            });
  }
}
