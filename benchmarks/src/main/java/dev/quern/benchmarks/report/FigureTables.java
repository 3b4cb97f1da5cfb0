// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Chart.Series;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Heap, start-up, sizes. */
final class FigureTables {
  private final Report report;
  private final Html html;

  FigureTables(Report report, Html html) {
    this.report = report;
    this.html = html;
  }

  void write() {
    html.raw("<h2 id=\"figures\">Heap, start-up, sizes</h2>");
    if (report.figures().isEmpty()) {
      html.element("p", "Not measured: with --primitive only that primitive is.");
      return;
    }
    heap();
    startUp();
    sizes();
  }

  private void heap() {
    html.element("h3", "Heap");
    html.element(
        "p",
        "What an idle primitive holds by itself: the growth of the heap by 100,000 of them, by 100,000. Names and bodies are shared. With the table entry where the runtime keeps one.");
    table("heap");
  }

  private void startUp() {
    html.element("h3", "Start-up");
    html.element("p", "The first Quern.open() in a new virtual machine: median over many.");
    List<Figure> parts =
        report.figures().stream().filter(f -> f.topic().equals("start-up part")).toList();
    if (!parts.isEmpty()) {
      List<String> rows = distinct(parts.stream().map(f -> f.jdk() + ", " + f.subject()).toList());
      List<String> names = distinct(parts.stream().map(Figure::name).toList());
      List<Series> series =
          names.stream()
              .map(name -> new Series(name, names.indexOf(name), values(parts, rows, name)))
              .toList();
      html.raw("<div class=\"grid\">");
      html.chart(
          new Chart("startup", "Where the time goes, ms", "parts", rows, series, false, "ms"));
      html.raw("</div>");
    }
    table("start-up");
  }

  private static List<Double> values(List<Figure> figures, List<String> rows, String name) {
    return rows.stream()
        .map(
            row ->
                figures.stream()
                    .filter(f -> f.name().equals(name) && row.equals(f.jdk() + ", " + f.subject()))
                    .findFirst()
                    .map(Figure::value)
                    .orElse(Double.NaN))
        .toList();
  }

  private void sizes() {
    html.element("h3", "Sizes");
    table("size");
  }

  /** Rows are names, columns JDK and subject. */
  private void table(String topic) {
    List<Figure> figures = report.figures().stream().filter(f -> f.topic().equals(topic)).toList();
    List<String> columns = distinct(figures.stream().map(FigureTables::column).toList());
    Set<String> names = new LinkedHashSet<>(figures.stream().map(Figure::name).toList());
    List<String> head = new java.util.ArrayList<>(List.of(""));
    head.addAll(columns);
    html.head(1, head.toArray(String[]::new));
    for (String name : names) {
      List<Object> cells = new java.util.ArrayList<>(List.of(name));
      for (String column : columns) {
        cells.add(
            figures.stream()
                .filter(f -> f.name().equals(name) && column(f).equals(column))
                .findFirst()
                .map(f -> Numbers.of(f.value(), f.unit()))
                .orElse(""));
      }
      html.row(1, cells.toArray());
    }
    html.raw("</table>");
  }

  private static String column(Figure figure) {
    return figure.jdk().isEmpty() ? figure.subject() : figure.subject() + ", " + figure.jdk();
  }

  private static List<String> distinct(List<String> all) {
    return List.copyOf(new LinkedHashSet<>(all));
  }
}
