// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Chart.Series;
import dev.quern.benchmarks.report.Growth.Curve;
import java.util.List;
import java.util.Optional;

/** The curves: what an operation costs by how many there are. */
final class GrowthCharts {
  private final Report report;
  private final Html html;

  GrowthCharts(Report report, Html html) {
    this.report = report;
    this.html = html;
  }

  void write() {
    List<Chart> charts = charts();
    html.raw("<h2 id=\"growth\">Growth</h2>");
    if (charts.isEmpty()) {
      html.element("p", "Not measured; --growth measures it.");
      return;
    }
    html.element(
        "p",
        "Time of an operation by how much there is of something; both axes logarithmic. Flat is good.");
    html.raw("<div class=\"grid\">");
    charts.forEach(html::chart);
    html.raw("</div>");
  }

  private List<Chart> charts() {
    List<Chart> charts = new java.util.ArrayList<>();
    for (Curve curve : Growth.curves()) {
      for (Report.JdkUsed jdk : report.jdks()) {
        chart(curve, jdk.name(), charts.size()).ifPresent(charts::add);
      }
    }
    return charts;
  }

  private Optional<Chart> chart(Curve curve, String jdk, int number) {
    List<Score> scores =
        report.scores().stream().filter(s -> s.jdk().equals(jdk) && s.hasFigures()).toList();
    List<Series> series =
        curve.contenders().stream()
            .sorted(Shape.OURS_FIRST)
            .map(c -> series(curve, c, scores))
            .filter(s -> s.values().stream().filter(Double::isFinite).count() > 1)
            .toList();
    boolean grown =
        series.stream().anyMatch(s -> s.values().stream().filter(Double::isFinite).count() > 3);
    return grown
        ? Optional.of(
            new Chart(
                "growth" + number,
                curve.title() + ", " + jdk,
                "lines",
                curve.values().stream().map(String::valueOf).toList(),
                series,
                true,
                curve.parameter()))
        : Optional.empty();
  }

  private static Series series(Curve curve, String contender, List<Score> scores) {
    List<Double> values =
        curve.shapes().stream()
            .map(
                shape ->
                    scores.stream()
                        .filter(s -> s.contender().equals(contender) && s.shape().equals(shape))
                        .findFirst()
                        .map(Score::median)
                        .orElse(Double.NaN))
            .toList();
    List<String> all = curve.contenders().stream().sorted(Shape.OURS_FIRST).toList();
    return new Series(contender, all.indexOf(contender), values);
  }
}
