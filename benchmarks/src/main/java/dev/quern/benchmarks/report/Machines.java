// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a reader has to know of where it was measured. */
final class Machines {
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^/]*)\\.jar");
  private static final Pattern NEIGHBOURS =
      Pattern.compile(
          "agrona|disruptor|guava|jboss-threads|jctools-core-jdk11|netty-common|jmh-core");

  private Machines() {}

  static Report.Machine thisOne(Path home) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Report.Machine(
        System.getProperty("os.name") + ' ' + System.getProperty("os.version"),
        cpu(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize(),
        commit(home));
  }

  /** The neighbours' versions, by the names of their jars. */
  static Map<String, String> libraries(String classPath) {
    Map<String, String> versions = new TreeMap<>();
    Arrays.stream(classPath.split(Pattern.quote(System.getProperty("path.separator"))))
        .map(entry -> JAR.matcher(String.valueOf(Path.of(entry).getFileName())))
        .filter(Matcher::matches)
        .filter(jar -> NEIGHBOURS.matcher(jar.group(1)).matches())
        .forEach(jar -> versions.put(jar.group(1), jar.group(2)));
    return versions;
  }

  private static String cpu() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"))
          .lines()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String commit(Path home) {
    String commit = git(home, "rev-parse", "--short=12", "HEAD");
    boolean clean = git(home, "status", "--porcelain", "--untracked-files=no").isEmpty();
    return commit.isEmpty() ? "unknown" : clean ? commit : commit + " with changes";
  }

  private static String git(Path home, String... arguments) {
    try {
      ProcessBuilder builder = new ProcessBuilder("git");
      builder.command().addAll(Arrays.asList(arguments));
      Process process =
          builder.directory(home.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? said.trim() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
