// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** A JDK that forks run on. */
record Jdk(Path home, String version, String vendor) {
  /** For all contenders alike; Agrona's queues want the package opened. */
  static final List<String> ARGUMENTS =
      List.of("-XX:+UseG1GC", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");

  /** The release number. */
  int feature() {
    return Integer.parseInt(version.replaceFirst("[.+-].*", ""));
  }

  String name() {
    return "JDK " + feature();
  }

  Path java() {
    return executable(home);
  }

  /** What a fork is started with, with a heap of so many gigabytes. */
  List<String> arguments(int heap) {
    List<String> all = new ArrayList<>(List.of("-Xms" + heap + "g", "-Xmx" + heap + "g"));
    all.addAll(ARGUMENTS);
    if (feature() >= 23) {
      all.add("--sun-misc-unsafe-memory-access=allow"); // JMH and some neighbours
    }
    return all;
  }

  /** The one that lives there. */
  static Jdk at(Path home) throws UserError {
    if (!Files.isExecutable(executable(home))) {
      throw UserError.usage("no JDK at " + home + ": there is no " + executable(home));
    }
    Properties release = new Properties();
    try {
      release.load(new StringReader(Files.readString(home.resolve("release"))));
    } catch (IOException e) {
      throw UserError.usage("no JDK at " + home + ": its file release cannot be read");
    }
    String version = unquoted(release, "JAVA_VERSION");
    if (!version.matches("\\d+.*")) {
      throw UserError.usage("no JDK at " + home + ": its file release names no version");
    }
    Jdk found =
        new Jdk(home.toAbsolutePath().normalize(), version, unquoted(release, "IMPLEMENTOR"));
    if (found.feature() < 17) {
      throw UserError.usage("the JDK at " + home + " is " + version + ", 17 or newer is needed");
    }
    return found;
  }

  private static String unquoted(Properties release, String key) {
    return release.getProperty(key, "").replace("\"", "");
  }

  private static Path executable(Path home) {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    return home.resolve("bin").resolve(windows ? "java.exe" : "java");
  }

  /** Each once, by release number, in the order asked for. */
  static List<Jdk> at(List<Path> homes) throws UserError {
    Map<Integer, Jdk> found = new LinkedHashMap<>();
    for (Path home : homes) {
      Jdk jdk = at(home);
      Jdk twin = found.putIfAbsent(jdk.feature(), jdk);
      if (twin != null) {
        throw UserError.usage(
            "two JDKs of release " + jdk.feature() + ": " + twin.home + ", " + home);
      }
    }
    return List.copyOf(found.values());
  }

  /** The running one, and a 25 that lies beside it, if there is one. */
  static List<Jdk> usual() throws UserError {
    Jdk running = at(Path.of(System.getProperty("java.home")));
    List<Jdk> all = new ArrayList<>(List.of(running));
    Path beside = running.home.getParent();
    if (running.feature() != 25 && beside != null) {
      try (Stream<Path> neighbours = Files.list(beside)) {
        List<Path> named =
            neighbours.filter(p -> p.getFileName().toString().contains("25")).sorted().toList();
        for (Path home : named) {
          if (Files.isExecutable(executable(home)) && at(home).feature() == 25) {
            all.add(at(home));
            break;
          }
        }
      } catch (IOException e) {
        // None that could be seen.
      }
    }
    return all;
  }
}
