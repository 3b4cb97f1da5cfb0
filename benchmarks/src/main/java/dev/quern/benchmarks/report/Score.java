// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a contender reached in a shape on one JDK, over the forks that count. All times are
 * nanoseconds an operation, so less is better.
 *
 * @param jdk its name, as in {@code JDK 25}
 * @param thrownAway how many forks others disturbed
 * @param failure why there is nothing, or why there is less than there should be
 */
record Score(
    String jdk,
    String benchmark,
    Map<String, String> params,
    String contender,
    double median,
    double p10,
    double p90,
    double slowest,
    double bytes,
    double cpuNanos,
    Map<String, Double> latencies,
    int thrownAway,
    @Nullable String failure,
    List<Fork> forks) {

  static Score of(String jdk, Shape shape, String contender, List<Fork> forks) {
    List<Fork> good = forks.stream().filter(Fork::counts).toList();
    List<Double> nanos = figures(good, Fork::nanos);
    return new Score(
        jdk,
        shape.benchmark(),
        shape.params(),
        contender,
        Statistics.median(nanos),
        Statistics.percentile(nanos, 10),
        Statistics.percentile(nanos, 90),
        Statistics.percentile(nanos, 100),
        Statistics.median(figures(good, Fork::bytes)),
        Statistics.median(figures(good, Fork::cpuNanos)),
        latencies(good),
        (int) forks.stream().filter(fork -> !fork.kept()).count(),
        forks.stream().map(Fork::failure).filter(Objects::nonNull).findFirst().orElse(null),
        List.copyOf(forks));
  }

  private static List<Double> figures(List<Fork> forks, ToDoubleFunction<Fork> figure) {
    return forks.stream().map(figure::applyAsDouble).toList();
  }

  private static Map<String, Double> latencies(List<Fork> forks) {
    Map<String, List<Double>> all = new TreeMap<>();
    forks.forEach(
        fork ->
            fork.latencies()
                .forEach((p, ns) -> all.computeIfAbsent(p, each -> new ArrayList<>()).add(ns)));
    Map<String, Double> medians = new TreeMap<>();
    all.forEach((percentile, nanos) -> medians.put(percentile, Statistics.median(nanos)));
    return medians;
  }

  Shape shape() {
    return new Shape(benchmark, params);
  }

  /** The median, and if there is more than one fork the 10th and 90th percentile over them. */
  String time() {
    String spread =
        forks.stream().filter(Fork::counts).count() > 1
            ? " (%s\u2013%s)".formatted(Numbers.time(p10), Numbers.time(p90))
            : "";
    return Numbers.time(median) + spread;
  }

  boolean hasFigures() {
    return Double.isFinite(median);
  }
}
