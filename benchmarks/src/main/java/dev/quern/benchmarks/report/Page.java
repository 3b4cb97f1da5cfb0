// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The report as one page that needs nothing else: no network, no other file. */
final class Page {
  private static final String CHART_JS =
      "META-INF/resources/webjars/chart.js/4.4.2/dist/chart.umd.js";

  private final Report report;
  private final Html html = new Html();

  private Page(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    return new Page(report).build();
  }

  private String build() {
    head();
    new GoalsTable(report, html).write();
    new ShapeCharts(report, html).write();
    new GrowthCharts(report, html).write();
    new FigureTables(report, html).write();
    failures();
    contenders();
    versions();
    return read("dev/quern/benchmarks/report/page.html")
        .replace("<!-- body -->", html.toString())
        .replace("/* chart.js */", read(CHART_JS).replaceAll("//# sourceMappingURL=.*", ""))
        .replace("/* charts */[]", Report.compact(html.charts()));
  }

  private void head() {
    Report.Run run = report.run();
    html.element("h1", "Quern beside its neighbours");
    if (run.quick()) {
      warn(
          "A quick run: one fork each, on one JDK, and short iterations. Its figures prove nothing. "
              + "Run ./quern bench --goals for figures that do.");
    }
    if (run.interrupted()) {
      warn("Interrupted: this is what had been measured by then.");
    }
    if (run.leftOut() > 0) {
      warn("Forks that were not run any more for want of time: " + run.leftOut() + ".");
    }
    if (!Double.isFinite(run.foreignLimit())) {
      warn("There was no way to see whether other processes used the processor meanwhile.");
    }
    html.element(
        "p",
        "%s, %s; %d cores (%s), %s of memory. %s. Commit %s, begun %s, %s long, seed %d."
            .formatted(
                report.machine().system(),
                String.join(" and ", report.jdks().stream().map(Page::jdk).toList()),
                report.machine().cores(),
                report.machine().cpu(),
                Numbers.bytes(report.machine().memory()),
                forks(run),
                report.machine().commit(),
                run.began(),
                Progress.time(run.seconds()),
                run.seed()));
    html.raw("<p><code>" + Html.escape(run.command().trim()) + "</code></p>");
    html.element(
        "p",
        "Absolute times do not travel from machine to machine; ratios within one run do. In every round each "
            + "contender has one virtual machine of its own (a fork), in shuffled order, those that are compared "
            + "close together. A fork's figure is the median of its iterations; here stand the median over forks, "
            + "and as spread their 10th and 90th percentile. Where an operation is waited for alone, it is its median "
            + "latency that is compared, without the gaps between.");
  }

  private static String jdk(Report.JdkUsed jdk) {
    return jdk.name() + " (" + jdk.version() + ")";
  }

  private static String forks(Report.Run run) {
    String text = "Forks that count: " + run.forks();
    if (Double.isFinite(run.foreignLimit())) {
      text +=
          "; thrown away since others used more than %2$s %% of the machine: %1$d"
              .formatted(
                  run.thrownAway(), Numbers.of(run.foreignLimit()).replaceFirst("\\.?0+$", ""));
    }
    return run.failed() == 0 ? text : text + "; failed: " + run.failed();
  }

  private void warn(String text) {
    html.element("p class=\"warn\"", text);
  }

  private void failures() {
    List<Score> failed =
        report.scores().stream().filter(s -> s.failure() != null || !s.hasFigures()).toList();
    if (!failed.isEmpty()) {
      html.element("h2", "What gave no figure, or not in every fork");
      html.head(4, "Shape", "Contender", "JDK", "Why");
      for (Score score : failed) {
        html.row(4, score.shape(), score.contender(), score.jdk(), why(score));
      }
      html.raw("</table>");
    }
  }

  private static String why(Score score) {
    return score.failure() != null
        ? Objects.requireNonNull(score.failure())
        : "others disturbed all of " + score.thrownAway() + " forks";
  }

  private void contenders() {
    html.element("h2", "Who is who");
    html.head(2, "Contender", "What it is");
    report.scores().stream()
        .map(Score::contender)
        .distinct()
        .sorted(Shape.OURS_FIRST)
        .forEach(contender -> html.row(2, contender, Titles.contender(contender)));
    html.raw("</table>");
  }

  private void versions() {
    html.element("h2", "Versions and settings");
    html.head(2, "What", "Version");
    report.jdks().forEach(jdk -> html.row(2, jdk.name(), jdk.version() + ", " + jdk.vendor()));
    report.libraries().forEach((name, version) -> html.row(2, name, version));
    html.raw("</table>");
    report
        .jdks()
        .forEach(
            jdk ->
                html.raw(
                    "<p>Each fork on "
                        + Html.escape(jdk.name())
                        + ": <code>"
                        + Html.escape(String.join(" ", jdk.arguments()))
                        + "</code></p>"));
  }

  static String read(String resource) {
    try (InputStream in = Page.class.getClassLoader().getResourceAsStream(resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
