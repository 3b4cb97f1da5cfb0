// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.Goal.Measure;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What became of a goal on one JDK.
 *
 * @param reached what was measured; NaN if something is missing
 * @param ours our time, and its spread; empty where it is no time that counts
 * @param neighbour the best one, its time and spread; empty where none is compared with
 */
record Verdict(
    String family,
    String sentence,
    String jdk,
    String measure,
    boolean atLeast,
    double bound,
    double reached,
    String unit,
    String ours,
    String neighbour,
    Outcome outcome) {

  /** In words. */
  enum Outcome {
    MET("met"),
    NOT_MET("not met"),
    NOT_MEASURED("not measured");

    final String words;

    Outcome(String words) {
      this.words = words;
    }
  }

  static Verdict of(Goal goal, String jdk, List<Score> scores, List<Figure> figures) {
    Optional<Figure> figure = figure(goal, jdk, figures);
    Optional<Score> best =
        goal.measure() == Measure.FIGURE ? Optional.empty() : best(goal, jdk, scores);
    List<Score> mine =
        goal.shapes().stream().flatMap(shape -> ours(goal, shape, jdk, scores).stream()).toList();
    double reached = figure.map(Figure::value).orElseGet(() -> reached(goal, mine, best));
    boolean more = goal.measure().moreIsBetter;
    boolean met = more ? reached >= goal.bound() : reached <= goal.bound();
    Outcome outcome =
        !Double.isFinite(reached) ? Outcome.NOT_MEASURED : met ? Outcome.MET : Outcome.NOT_MET;
    return new Verdict(
        goal.family(),
        goal.sentence(),
        jdk,
        goal.measure().name(),
        more,
        goal.bound(),
        reached,
        figure.map(Figure::unit).orElse(goal.measure().unit),
        goal.measure().isOfTimes && mine.size() == 1 ? mine.get(0).time() : "",
        best.map(s -> s.contender() + ' ' + s.time()).orElse(""),
        outcome);
  }

  /** Maybe on another JDK. */
  boolean isOfSameGoal(Verdict other) {
    return family.equals(other.family) && sentence.equals(other.sentence);
  }

  private static Optional<Figure> figure(Goal goal, String jdk, List<Figure> figures) {
    return goal.measure() != Measure.FIGURE
        ? Optional.empty()
        : figures.stream()
            .filter(f -> f.name().equals(goal.shape().benchmark()))
            .filter(f -> f.subject().equals(goal.ours()))
            .filter(f -> f.jdk().equals(jdk) || f.jdk().isEmpty())
            .findFirst();
  }

  private static Optional<Score> best(Goal goal, String jdk, List<Score> scores) {
    return scores.stream()
        .filter(s -> s.jdk().equals(jdk) && s.shape().isA(goal.against()))
        .filter(s -> goal.isNeighbour(s.contender()) && s.hasFigures())
        .min(Comparator.comparingDouble(Score::median));
  }

  private static double reached(Goal goal, List<Score> mine, Optional<Score> best) {
    if (mine.size() < goal.shapes().size()) {
      return Double.NaN;
    }
    Score ours = mine.get(0);
    double theirs = best.map(Score::median).orElse(Double.NaN);
    return switch (goal.measure()) {
      case SPEED -> theirs / ours.median();
      case SLOW_TENTH -> theirs / ours.p90();
      case EVERY_FORK -> theirs / ours.slowest();
      case CPU -> best.map(Score::cpuNanos).orElse(Double.NaN) / ours.cpuNanos();
      case TIME -> ours.median();
      case BYTES -> ours.bytes();
      case FLAT -> times(mine).max().orElseThrow() / times(mine).min().orElseThrow();
      case FIGURE -> Double.NaN;
    };
  }

  private static DoubleStream times(List<Score> scores) {
    return scores.stream().mapToDouble(Score::median);
  }

  private static Optional<Score> ours(Goal goal, Shape shape, String jdk, List<Score> scores) {
    return scores.stream()
        .filter(s -> s.jdk().equals(jdk) && s.contender().equals(goal.ours()))
        .filter(s -> s.shape().isA(shape) && s.hasFigures())
        .findFirst();
  }
}
