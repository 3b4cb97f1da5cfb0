// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/** What benchmarks there are, without what JMH generates, which the build leaves out. */
final class Sources {
  private Sources() {}

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
