// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Chart.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * For each method of each benchmark: ratios with spread, allocation, latencies, and all figures.
 */
final class ShapeCharts {
  private static final String REFERENCE = "lockfree";
  private static final List<String> PERCENTILES =
      List.of("p50", "p90", "p99", "p99.9", "p99.99", "max");

  private final Report report;
  private final Html html;
  private final List<String> jdks;

  ShapeCharts(Report report, Html html) {
    this.report = report;
    this.html = html;
    this.jdks = report.jdks().stream().map(Report.JdkUsed::name).toList();
  }

  void write() {
    Map<String, List<Score>> primitives = new LinkedHashMap<>();
    report.scores().stream()
        .filter(score -> !Growth.isGrownOnly(score.shape()))
        .forEach(
            s -> primitives.computeIfAbsent(s.shape().primitive(), p -> new ArrayList<>()).add(s));
    html.raw("<nav>");
    primitives
        .keySet()
        .forEach(
            p -> html.raw("<a href=\"#" + p + "\">" + Html.escape(Titles.primitive(p)) + "</a>"));
    html.raw("<a href=\"#growth\">Growth</a><a href=\"#figures\">Heap, start-up, sizes</a></nav>");
    primitives.forEach(this::primitive);
  }

  private void primitive(String name, List<Score> scores) {
    html.raw("<h2 id=\"" + name + "\">" + Html.escape(Titles.primitive(name)) + "</h2>");
    scores.stream()
        .collect(Collectors.groupingBy(Score::benchmark, LinkedHashMap::new, Collectors.toList()))
        .forEach(this::benchmark);
  }

  private void benchmark(String benchmark, List<Score> scores) {
    html.element("h3", Titles.shape(benchmark));
    html.raw("<div class=\"grid\">");
    Map<Shape, List<Score>> shapes =
        new TreeMap<>(scores.stream().collect(Collectors.groupingBy(Score::shape)));
    shapes.forEach((shape, each) -> ratios(shape, each).ifPresent(html::chart));
    allocation(scores).ifPresent(html::chart);
    shapes.forEach(
        (shape, each) -> jdks.forEach(jdk -> latencies(shape, jdk, each).ifPresent(html::chart)));
    html.raw("</div>");
    details(benchmark, scores);
  }

  /** How many times as fast ours is as each of the others. */
  private Optional<Chart> ratios(Shape shape, List<Score> scores) {
    List<String> others = contenders(scores, REFERENCE);
    List<Series> series = new ArrayList<>();
    for (String jdk : jdks) {
      List<Ratio> ratios = others.stream().map(other -> ratio(scores, jdk, other)).toList();
      if (ratios.stream().anyMatch(r -> Double.isFinite(r.median()))) {
        series.add(
            new Series(
                jdk,
                jdks.indexOf(jdk),
                all(ratios, Ratio::median),
                all(ratios, Ratio::p10),
                all(ratios, Ratio::p90)));
      }
    }
    if (series.isEmpty()) {
      return Optional.empty();
    }
    String title =
        "lockfree is so many times as fast as"
            + (shape.params().isEmpty() ? "" : "; " + shape.variant());
    return Optional.of(new Chart(id(), title, "ratio", others, series, false, ""));
  }

  private static Ratio ratio(List<Score> scores, String jdk, String other) {
    Optional<Score> ours = find(scores, jdk, REFERENCE);
    Optional<Score> theirs = find(scores, jdk, other);
    return ours.isEmpty() || theirs.isEmpty()
        ? new Ratio(Double.NaN, Double.NaN, Double.NaN)
        : Ratio.of(ours.get(), theirs.get());
  }

  private static List<Double> all(List<Ratio> ratios, ToDoubleFunction<Ratio> part) {
    return ratios.stream().map(part::applyAsDouble).toList();
  }

  /** On the newest JDK; the rows are contenders, the series variants. */
  private Optional<Chart> allocation(List<Score> scores) {
    String jdk = jdks.get(jdks.size() - 1);
    List<String> contenders = contenders(scores, "");
    List<Series> series = new ArrayList<>();
    for (Shape shape : new TreeSet<>(scores.stream().map(Score::shape).toList())) {
      List<Double> bytes =
          contenders.stream()
              .map(c -> find(scores.stream().filter(s -> s.shape().equals(shape)).toList(), jdk, c))
              .map(
                  score ->
                      score
                          .map(Score::bytes)
                          .map(b -> b < Goals.NOTHING ? 0 : b)
                          .orElse(Double.NaN))
              .toList();
      if (bytes.stream().anyMatch(Double::isFinite)) {
        series.add(new Series(shape.variant(), series.size(), bytes));
      }
    }
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Chart(
                id(),
                "Bytes allocated an operation, " + jdk,
                "bytes",
                contenders,
                series,
                false,
                ""));
  }

  private Optional<Chart> latencies(Shape shape, String jdk, List<Score> scores) {
    List<Score> timed =
        scores.stream().filter(s -> s.jdk().equals(jdk) && !s.latencies().isEmpty()).toList();
    List<String> labels =
        PERCENTILES.stream()
            .filter(p -> timed.stream().anyMatch(s -> s.latencies().containsKey(p)))
            .toList();
    if (labels.isEmpty()) {
      return Optional.empty();
    }
    List<String> contenders = contenders(timed, "");
    List<Series> series =
        contenders.stream()
            .map(c -> find(timed, jdk, c).orElseThrow())
            .map(s -> new Series(s.contender(), contenders.indexOf(s.contender()), at(labels, s)))
            .toList();
    String title = "Percentiles, " + jdk + (shape.params().isEmpty() ? "" : "; " + shape.variant());
    return Optional.of(new Chart(id(), title, "lines", labels, series, false, ""));
  }

  /** A logarithmic axis has no zero. */
  private static List<Double> at(List<String> labels, Score score) {
    return labels.stream()
        .map(p -> Math.max(1, score.latencies().getOrDefault(p, Double.NaN)))
        .toList();
  }

  private void details(String benchmark, List<Score> scores) {
    html.raw("<details><summary>All figures of " + Html.escape(benchmark) + "</summary>");
    html.head(
        3,
        "Variant",
        "Contender",
        "JDK",
        "Time, median",
        "10th to 90th percentile",
        "lockfree is ahead by",
        "Allocated",
        "Processor time",
        "Ran early",
        "Forks",
        "Thrown away");
    for (Score s : scores) {
      List<Score> same = scores.stream().filter(x -> x.shape().equals(s.shape())).toList();
      double ratio = ratio(same, s.jdk(), s.contender()).median();
      html.row(
          3,
          s.shape().variant(),
          s.contender(),
          s.jdk(),
          s.hasFigures() ? Numbers.time(s.median()) : "none",
          s.hasFigures() ? Numbers.time(s.p10()) + " \u2013 " + Numbers.time(s.p90()) : "",
          s.contender().equals(REFERENCE) ? "" : Numbers.of(ratio),
          Double.isFinite(s.bytes()) ? Numbers.bytes(s.bytes() < 0.005 ? 0 : s.bytes()) : "",
          Double.isFinite(s.cpuNanos()) ? Numbers.time(s.cpuNanos()) : "",
          early(s),
          s.forks().stream().filter(Fork::counts).count(),
          s.thrownAway());
    }
    html.raw("</table></details>");
  }

  /** Timers that ran before the time that was asked for; most benchmarks have none. */
  private static String early(Score score) {
    Double early = score.latencies().get("early");
    return early == null ? "" : Numbers.count(early);
  }

  private String id() {
    return "chart" + html.nextChart() + "s";
  }

  /** Ours first. */
  private static List<String> contenders(List<Score> scores, String without) {
    return scores.stream()
        .map(Score::contender)
        .filter(contender -> !contender.equals(without))
        .distinct()
        .sorted(Shape.OURS_FIRST)
        .toList();
  }

  private static Optional<Score> find(List<Score> scores, String jdk, String contender) {
    return scores.stream()
        .filter(s -> s.jdk().equals(jdk) && s.contender().equals(contender) && s.hasFigures())
        .findFirst();
  }
}
