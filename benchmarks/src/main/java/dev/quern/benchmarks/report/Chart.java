// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.List;

/**
 * What the page's script is to draw.
 *
 * @param kind {@code ratio}, {@code bytes}, {@code lines} or {@code parts}
 * @param numeric whether the labels are numbers on a logarithmic axis
 * @param axis what the labels are, or the unit
 */
record Chart(
    String id,
    String title,
    String kind,
    List<String> labels,
    List<Series> series,
    boolean numeric,
    String axis) {

  /** Figures by label, NaN where there is none; low and high are the spread, or empty. */
  record Series(String name, int colour, List<Double> values, List<Double> low, List<Double> high) {
    Series(String name, int colour, List<Double> values) {
      this(name, colour, values, List.of(), List.of());
    }
  }

  /** In pixels: bars want room. */
  int height() {
    return switch (kind) {
      case "lines" -> 300;
      case "parts" -> 90 + 34 * labels.size();
      default -> 62 + labels.size() * (10 + 15 * series.size()) + (series.size() > 1 ? 24 : 0);
    };
  }
}
