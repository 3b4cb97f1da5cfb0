// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** All that was found out: what {@code report.json} holds, and the page is made of. */
record Report(
    Run run,
    Machine machine,
    List<JdkUsed> jdks,
    Map<String, String> libraries,
    List<Verdict> goals,
    List<Score> scores,
    List<Figure> figures) {

  /**
   * How it came about.
   *
   * @param quick then the figures prove nothing
   * @param rounds how many forks each was to have
   * @param leftOut forks that were not run any more, for want of time or since someone interrupted
   * @param foreignLimit in per cent of the machine; NaN where others cannot be seen
   */
  record Run(
      String command,
      String began,
      long seconds,
      long seed,
      boolean quick,
      boolean interrupted,
      int rounds,
      int forks,
      int thrownAway,
      int failed,
      int leftOut,
      double foreignLimit) {}

  /** Where it was. */
  record Machine(String system, String cpu, int cores, long memory, String commit) {}

  /** With what. */
  record JdkUsed(String name, String version, String vendor, String home, List<String> arguments) {}

  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .serializeNulls()
          .disableHtmlEscaping()
          .registerTypeAdapter(double.class, new NumberOrNull())
          .registerTypeAdapter(Double.class, new NumberOrNull())
          .create();

  String toJson() {
    return GSON.toJson(this) + '\n';
  }

  static Report fromJson(String json) {
    return GSON.fromJson(json, Report.class);
  }

  /** As a value within a page's script. */
  static String compact(Object value) {
    return GSON.newBuilder().create().toJson(value).replace("</", "<\\/");
  }

  /** JSON has no NaN: what was not measured is null there. */
  private static final class NumberOrNull extends TypeAdapter<Double> {
    @Override
    public void write(JsonWriter out, Double value) throws IOException {
      if (value == null || !Double.isFinite(value)) {
        out.nullValue();
      } else {
        double rounded = new java.math.BigDecimal(value).round(SIX_DIGITS).doubleValue();
        out.value(rounded);
      }
    }

    @Override
    public Double read(JsonReader in) throws IOException {
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        return Double.NaN;
      }
      return in.nextDouble();
    }

    private static final java.math.MathContext SIX_DIGITS = new java.math.MathContext(6);
  }
}
