// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.benchmarks.report.Goal.Measure;
import dev.quern.benchmarks.report.Verdict.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GoalsTest {
  private static final String JDK = "JDK 25";
  private static final Shape SHAPE = new Shape("QueueBenchmark.offer").with("producers", 1);

  private final List<Score> scores =
      List.of(
          score("lockfree", 10, 11, 20),
          score("near", 22, 22, 22),
          score("far", 90, 90, 90),
          score("locked", 1, 1, 1));

  private static Score score(String contender, double... nanos) {
    List<Fork> forks =
        IntStream.range(0, nanos.length)
            .mapToObj(i -> new Fork(i + 1, nanos[i], 0.1, nanos[i] * 2, Map.of(), 0, true, null))
            .toList();
    return Score.of(JDK, SHAPE, contender, forks);
  }

  private Verdict verdict(Measure measure, double bound, String... neighbours) {
    return Verdict.of(goal(measure, bound, neighbours), JDK, scores, List.of());
  }

  private static Goal goal(Measure measure, double bound, String... neighbours) {
    return new Goal(
        "family",
        "goal",
        measure,
        List.of(SHAPE),
        "lockfree",
        SHAPE,
        Arrays.asList(neighbours),
        bound);
  }

  @Test
  void theBestNeighbourCountsAndOursAreNone() {
    Verdict verdict = verdict(Measure.SPEED, 2, "*");
    assertEquals(2, verdict.reached(), 1e-9);
    assertEquals(Outcome.MET, verdict.outcome());
    assertTrue(verdict.neighbour().startsWith("near"));
    assertEquals("11.0\u00a0ns (10.2\u00a0ns\u201318.2\u00a0ns)", verdict.ours());
    assertEquals(Outcome.NOT_MET, verdict(Measure.SPEED, 2.1, "*").outcome());
    assertEquals(90 / 11.0, verdict(Measure.SPEED, 2, "fa*").reached(), 1e-9);
  }

  @Test
  void spreadIsHeldAgainstUs() {
    assertEquals(22 / 20.0, verdict(Measure.EVERY_FORK, 1, "near").reached(), 1e-9);
    assertEquals(22 / 18.2, verdict(Measure.SLOW_TENTH, 1, "near").reached(), 1e-9);
  }

  @Test
  void timesAndBytesAreAtMost() {
    assertEquals(Outcome.MET, verdict(Measure.TIME, 11).outcome());
    assertEquals(Outcome.NOT_MET, verdict(Measure.TIME, 10.9).outcome());
    assertEquals(Outcome.MET, verdict(Measure.BYTES, Goals.NOTHING).outcome());
  }

  @Test
  void whatLacksAFigureIsNotMeasured() {
    assertEquals(Outcome.NOT_MEASURED, verdict(Measure.SPEED, 2, "absent").outcome());
    Verdict elsewhere = Verdict.of(goal(Measure.SPEED, 2, "*"), "JDK 17", scores, List.of());
    assertEquals(Outcome.NOT_MEASURED, elsewhere.outcome());
  }

  @Test
  void figuresAreFoundByNameAndProvider() {
    Goal start =
        Goals.all().stream()
            .filter(g -> g.shape().benchmark().equals("first open"))
            .findFirst()
            .orElseThrow();
    List<Figure> figures =
        List.of(
            new Figure("start-up", JDK, "locked", "first open", 900, "ms"),
            new Figure("start-up", JDK, "lockfree", "first open", 149, "ms"));
    Verdict verdict = Verdict.of(start, JDK, List.of(), figures);
    assertEquals(149, verdict.reached());
    assertEquals(Outcome.MET, verdict.outcome());
  }

  @Test
  void disturbedForksCountForNothing() {
    Fork good = new Fork(1, 10, 0, 0, Map.of(), 1, true, null);
    Score score =
        Score.of(JDK, SHAPE, "x", List.of(good, new Fork(1, 99, 0, 0, Map.of(), 40, false, null)));
    assertEquals(10, score.median());
    assertEquals(1, score.thrownAway());
  }

  @Test
  void eachGoalIsAboutABenchmarkThatIsThere() {
    for (Goal goal : Goals.all()) {
      if (goal.measure() != Measure.FIGURE) {
        for (Shape shape : goal.shapes()) {
          assertTrue(Sources.has(shape.benchmark()), () -> goal + " names no benchmark");
        }
      }
    }
  }
}
