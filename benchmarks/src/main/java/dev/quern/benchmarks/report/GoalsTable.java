// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Goal, bound, and for each JDK what was reached, beside which neighbour, met or not. */
final class GoalsTable {
  private final Report report;
  private final Html html;

  GoalsTable(Report report, Html html) {
    this.report = report;
    this.html = html;
  }

  void write() {
    html.element("h2", "Goals");
    html.element("p", summary());
    List<Verdict> goals = of(report.jdks().get(0));
    List<Verdict> measured = goals.stream().filter(this::isMeasured).toList();
    if (!measured.isEmpty()) {
      table(measured);
    }
    List<Verdict> rest = goals.stream().filter(goal -> !isMeasured(goal)).toList();
    if (!rest.isEmpty()) {
      html.raw("<details><summary>Goals that were not measured: " + rest.size() + "</summary>");
      table(rest);
      html.raw("</details>");
    }
  }

  /** On any JDK. */
  private boolean isMeasured(Verdict goal) {
    return report.goals().stream()
        .anyMatch(v -> v.isOfSameGoal(goal) && v.outcome() != Outcome.NOT_MEASURED);
  }

  private void table(List<Verdict> goals) {
    List<String> names = new ArrayList<>(List.of("Goal", "Bound"));
    for (Report.JdkUsed jdk : report.jdks()) {
      names.addAll(List.of(jdk.name(), "", "Ours", "Best neighbour"));
    }
    html.head(1, names.toArray(String[]::new));
    String family = "";
    for (Verdict verdict : goals) {
      if (!verdict.family().equals(family)) {
        family = verdict.family();
        html.raw(
            "<tr class=\"family\"><td colspan=\"%d\">%s</td></tr>"
                .formatted(names.size(), Html.escape(family)));
      }
      row(verdict);
    }
    html.raw("</table>");
  }

  private String summary() {
    List<String> sentences = new ArrayList<>();
    for (Report.JdkUsed jdk : report.jdks()) {
      List<Verdict> verdicts = of(jdk);
      sentences.add(
          "%s: %d met, %d not met, %d not measured"
              .formatted(
                  jdk.name(),
                  count(verdicts, Outcome.MET),
                  count(verdicts, Outcome.NOT_MET),
                  count(verdicts, Outcome.NOT_MEASURED)));
    }
    return String.join(". ", sentences) + ".";
  }

  private static long count(List<Verdict> verdicts, Outcome outcome) {
    return verdicts.stream().filter(v -> v.outcome() == outcome).count();
  }

  private List<Verdict> of(Report.JdkUsed jdk) {
    return report.goals().stream().filter(v -> v.jdk().equals(jdk.name())).toList();
  }

  private void row(Verdict first) {
    List<Object> cells = new ArrayList<>();
    cells.add(first.sentence());
    cells.add((first.atLeast() ? "\u2265 " : "\u2264 ") + figure(first.bound(), first));
    for (Report.JdkUsed jdk : report.jdks()) {
      of(jdk).stream()
          .filter(first::isOfSameGoal)
          .findFirst()
          .ifPresent(verdict -> addTo(cells, verdict));
    }
    html.row(1, cells.toArray());
  }

  private static void addTo(List<Object> cells, Verdict verdict) {
    cells.add(figure(verdict.reached(), verdict));
    cells.add(
        switch (verdict.outcome()) {
          case MET -> Html.span("met", "\u2713\u00a0met");
          case NOT_MET -> Html.span("missed", "\u2717\u00a0not\u00a0met");
          case NOT_MEASURED -> Html.span("none", "not measured");
        });
    cells.add(verdict.ours());
    cells.add(verdict.neighbour());
  }

  private static String figure(double value, Verdict verdict) {
    boolean times = verdict.atLeast();
    return times && Double.isFinite(value)
        ? Numbers.of(value) + "\u00d7"
        : Numbers.of(
            value,
            times || !Double.isFinite(value) || verdict.measure().equals("FLAT")
                ? ""
                : verdict.unit());
  }
}
