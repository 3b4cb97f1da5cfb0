// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A page in the making: escaped text, tables, and the charts that the script will draw. */
final class Html {
  private final StringBuilder text = new StringBuilder();
  private final List<Chart> charts = new ArrayList<>();

  static String escape(Object value) {
    return value
        .toString()
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** As it is: the caller has escaped what is not its own. */
  Html raw(String html) {
    text.append(html).append('\n');
    return this;
  }

  Html element(String name, Object content) {
    return raw('<' + name + '>' + escape(content) + "</" + name.replaceFirst(" .*", "") + '>');
  }

  /** Cells that begin with a tag are taken as they are; those after {@code texts} are figures. */
  Html row(int texts, Object... cells) {
    StringBuilder row = new StringBuilder("<tr>");
    for (int i = 0; i < cells.length; i++) {
      String cell = cells[i].toString();
      row.append(i < texts ? "<td>" : "<td class=\"n\">")
          .append(cell.startsWith("<span") ? cell : escape(cell))
          .append("</td>");
    }
    return raw(row.append("</tr>").toString());
  }

  Html head(int texts, String... names) {
    StringBuilder row = new StringBuilder("<table><tr>");
    for (int i = 0; i < names.length; i++) {
      row.append(i < texts ? "<th>" : "<th class=\"n\">").append(escape(names[i])).append("</th>");
    }
    return raw(row.append("</tr>").toString());
  }

  static String span(String style, String content) {
    return "<span class=\"" + style + "\">" + escape(content) + "</span>";
  }

  int nextChart() {
    return charts.size();
  }

  Html chart(Chart chart) {
    charts.add(chart);
    return raw(
        "<div class=\"chart\"><h4>%s</h4><div style=\"height:%dpx\"><canvas id=\"%s\"></canvas></div></div>"
            .formatted(escape(chart.title()), chart.height(), chart.id()));
  }

  List<Chart> charts() {
    return charts;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
