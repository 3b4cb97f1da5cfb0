// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What benchmarks there are, without what JMH generates, which the build leaves out. */
final class Sources {
  private Sources() {}

  /** Of all benchmarks, as their parameters list them. */
  static Set<String> contenders() throws IOException {
    Path classes = Path.of("target/classes/dev/quern/benchmarks");
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*Benchmark*.class")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".class", "");
        for (Field field : Class.forName("dev.quern.benchmarks." + name).getFields()) {
          Param param = field.getAnnotation(Param.class);
          if (param != null && field.getName().equals(Shape.CONTENDER)) {
            names.addAll(List.of(param.value()));
          }
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return names;
  }

  static boolean has(String benchmark) {
    String[] names = benchmark.split("\\.");
    try {
      return Arrays.stream(Class.forName("dev.quern.benchmarks." + names[0]).getMethods())
          .filter(method -> method.isAnnotationPresent(Benchmark.class))
          .map(Method::getName)
          .anyMatch(names[1]::equals);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
