// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Optional;

/** What there is to run: all benchmarks that JMH has found, taken apart into contests. */
final class Benchmarks {
  /** How long an iteration of a quick run is, where it is not a single shot. */
  static final int QUICK_MILLIS = 400;

  private static final int OVERHEAD_SECONDS = 2; // start, set-up, the profilers
  private static final double SINGLE_SHOT_MILLIS = 50; // and what collects before it

  private final List<BenchmarkListEntry> entries;
  private final boolean quick;

  private Benchmarks(List<BenchmarkListEntry> entries, boolean quick) {
    this.entries = entries;
    this.quick = quick;
  }

  /** Those on the class path. */
  static Benchmarks found(OutputFormat output, boolean quick) {
    return new Benchmarks(
        List.copyOf(BenchmarkList.defaultList().find(output, List.of(".*"), List.of())), quick);
  }

  /** Every method with every combination of the parameters that its class lists. */
  List<Contest> contests() {
    TreeMap<Shape, Contest> contests = new TreeMap<>();
    for (BenchmarkListEntry entry : entries) {
      Map<String, String[]> params = params(entry);
      if (params.containsKey(Shape.CONTENDER)) {
        for (Shape shape : shapes(name(entry), params)) {
          contests.put(shape, contest(shape, entry));
        }
      }
    }
    return List.copyOf(contests.values());
  }

  /** That method with those parameters, whether its class lists the values or not. */
  java.util.Optional<Contest> contest(Shape shape) {
    return entries.stream()
        .filter(entry -> name(entry).equals(shape.benchmark()))
        .filter(entry -> params(entry).keySet().containsAll(shape.params().keySet()))
        .findFirst()
        .map(entry -> contest(shape, entry));
  }

  /** All contenders of all benchmarks, as their classes list them. */
  SortedSet<String> contenders() {
    SortedSet<String> all = new TreeSet<>();
    entries.forEach(entry -> all.addAll(contenders(entry)));
    return all;
  }

  private Contest contest(Shape shape, BenchmarkListEntry entry) {
    return new Contest(shape, contenders(entry), 1, seconds(entry));
  }

  private static List<String> contenders(BenchmarkListEntry entry) {
    return List.of(params(entry).getOrDefault(Shape.CONTENDER, new String[0]));
  }

  /** {@code dev.quern.benchmarks.QueueBenchmark.offer} is {@code QueueBenchmark.offer}. */
  private static String name(BenchmarkListEntry entry) {
    String[] parts = entry.getUsername().split("\\.");
    return parts[parts.length - 2] + '.' + parts[parts.length - 1];
  }

  private static Map<String, String[]> params(BenchmarkListEntry entry) {
    return entry.getParams().orElse(Map.of());
  }

  private static List<Shape> shapes(String benchmark, Map<String, String[]> params) {
    List<Shape> shapes = List.of(new Shape(benchmark));
    for (Map.Entry<String, String[]> param : params.entrySet()) {
      if (!param.getKey().equals(Shape.CONTENDER)) {
        List<Shape> more = new ArrayList<>();
        for (Shape shape : shapes) {
          Arrays.stream(param.getValue())
              .map(v -> shape.with(param.getKey(), v))
              .forEach(more::add);
        }
        shapes = more;
      }
    }
    return shapes;
  }

  private double seconds(BenchmarkListEntry entry) {
    return OVERHEAD_SECONDS
        + seconds(entry.getMode(), entry.getWarmupIterations(), entry.getWarmupTime())
        + seconds(entry.getMode(), entry.getMeasurementIterations(), entry.getMeasurementTime());
  }

  private double seconds(Mode mode, Optional<Integer> count, Optional<TimeValue> each) {
    double asked = each.orElse(TimeValue.seconds(1)).convertTo(TimeUnit.MILLISECONDS);
    double millis = mode == Mode.SingleShotTime ? SINGLE_SHOT_MILLIS : quick ? QUICK_MILLIS : asked;
    return count.orElse(5) * millis / 1e3;
  }
}
