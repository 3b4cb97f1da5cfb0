// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What contenders are compared in: a method of a benchmark with all its parameters but {@code
 * contender}.
 *
 * @param benchmark the class's simple name and the method's, as in {@code QueueBenchmark.offer}
 */
record Shape(String benchmark, Map<String, String> params) implements Comparable<Shape> {
  static final String CONTENDER = "contender";

  Shape {
    params = java.util.Collections.unmodifiableMap(new TreeMap<>(params));
  }

  Shape(String benchmark) {
    this(benchmark, Map.of());
  }

  /** With one parameter more. */
  Shape with(String name, Object value) {
    Map<String, String> more = new TreeMap<>(params);
    more.put(name, value.toString());
    return new Shape(benchmark, more);
  }

  /** Whether this is {@code other} or one of its special cases. */
  boolean isA(Shape other) {
    return benchmark.equals(other.benchmark)
        && params.entrySet().containsAll(other.params.entrySet());
  }

  /** As the command's user writes it: {@code DaemonQueueBenchmark} is {@code daemon-queue}. */
  String primitive() {
    return benchmark
        .replaceFirst("(Benchmark)?\\..*", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }

  String method() {
    return benchmark.substring(benchmark.indexOf('.') + 1);
  }

  /** The parameters in words, as in {@code producers 2}; what belongs together stays on a line. */
  String variant() {
    return params.entrySet().stream()
        .map(e -> e.getKey() + '\u00a0' + grouped(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String grouped(String value) {
    return value.matches("\\d{4,}") ? String.format("%,d", Long.parseLong(value)) : value;
  }

  /** Whether it is one of our providers, and not a neighbour. */
  static boolean isOurs(String contender) {
    return contender.startsWith("lockfree") || contender.startsWith("locked");
  }

  /** Contenders: the lock-free provider, then the other one of ours, then the others. */
  static final Comparator<String> OURS_FIRST =
      Comparator.comparing((String contender) -> !contender.startsWith("lockfree"))
          .thenComparing(contender -> !isOurs(contender))
          .thenComparing(Comparator.naturalOrder());

  /** Numbers by value, so that 2 comes before 16. */
  static final Comparator<String> BY_VALUE =
      Comparator.comparing((String s) -> s.matches("\\d+") ? Long.parseLong(s) : Long.MAX_VALUE)
          .thenComparing(Comparator.naturalOrder());

  @Override
  public int compareTo(Shape other) {
    int order = benchmark.compareTo(other.benchmark);
    if (order == 0) {
      order = params.keySet().toString().compareTo(other.params.keySet().toString());
    }
    for (String name : params.keySet()) {
      if (order == 0) {
        order = BY_VALUE.compare(params.get(name), other.params.get(name));
      }
    }
    return order;
  }

  @Override
  public String toString() {
    return params.isEmpty() ? benchmark : benchmark + ' ' + variant();
  }
}
