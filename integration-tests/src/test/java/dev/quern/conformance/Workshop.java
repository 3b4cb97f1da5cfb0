// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Compiles programs, packages jars and runs them in a virtual machine of their own. */
final class Workshop {
  /** How a program ended. */
  record Ended(int status, String out, String err) {}

  private static final List<String> LIBRARIES =
      List.of("commons-", "dagger-", "jspecify-", "jakarta.inject", "javax.inject");

  private final Path directory;

  Workshop(Path directory) {
    this.directory = directory;
  }

  /** Compiles one source; a file {@code module-info} makes a module of it. */
  Path compile(String name, Map<String, String> sources, String... options) throws IOException {
    Path classes = Files.createDirectories(directory.resolve(name));
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    arguments.addAll(List.of(options));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = directory.resolve(name + "-src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      arguments.add(Files.writeString(file, source.getValue()).toString());
    }
    run("javac", arguments);
    return classes;
  }

  private static void run(String tool, List<String> arguments) {
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new AssertionError(tool + " " + arguments + " ended with " + status);
    }
  }

  /** The project's modules as jars, packaged here where the build has not come to that yet. */
  List<Path> modules() throws IOException {
    List<Path> jars = new ArrayList<>();
    for (Path entry : classPath()) {
      if (Files.isRegularFile(entry.resolve("module-info.class"))) {
        Path jar = directory.resolve("module-" + jars.size() + ".jar");
        run("jar", List.of("--create", "--file", jar.toString(), "-C", entry.toString(), "."));
        jars.add(jar);
      } else if (entry.getFileName().toString().startsWith("quern-")) {
        jars.add(entry);
      }
    }
    return jars;
  }

  /** What the modules need beside the JDK. */
  List<Path> libraries() {
    return classPath().stream()
        .filter(entry -> LIBRARIES.stream().anyMatch(entry.getFileName().toString()::startsWith))
        .toList();
  }

  private static List<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(Files::exists)
        .toList();
  }

  static String path(List<Path> entries) {
    return String.join(File.pathSeparator, entries.stream().map(Path::toString).toList());
  }

  /**
   * Runs {@code java} as these tests run; warnings of the virtual machine are in the error text.
   */
  Ended java(Map<String, String> environment, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      command.add("--sun-misc-unsafe-memory-access=deny");
    }
    command.addAll(arguments);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("no end of " + command + ": " + Files.readString(err));
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
