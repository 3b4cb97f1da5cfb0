// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.List;
import java.util.Set;

/** Curves, not points: what an operation costs as there is more and more of something. */
final class Growth {
  /**
   * One curve.
   *
   * @param parameter of the benchmark, which grows
   * @param usual those of its values that are run without growth, too
   */
  record Curve(
      Shape shape,
      String parameter,
      String title,
      List<Integer> values,
      Set<Integer> usual,
      Set<String> contenders) {
    List<Shape> shapes() {
      return values.stream().map(value -> shape.with(parameter, value)).toList();
    }

    private boolean hasAsGrowthOnly(Shape other) {
      return values.stream()
          .filter(value -> !usual.contains(value))
          .anyMatch(value -> other.isA(shape.with(parameter, value)));
    }
  }

  private static final List<Integer> THREADS = List.of(1, 2, 4, 8, 16, 32, 64);
  private static final List<Integer> MANY = List.of(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000);
  private static final int HUGE = 1_000_000;

  private Growth() {}

  static List<Curve> curves() {
    return List.of(
        new Curve(
            new Shape("WorkQueueBenchmark.scheduleCancel"),
            "outstanding",
            "Start and stop a timer, by timers outstanding",
            List.of(10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000),
            Set.of(10, 10_000, 1_000_000),
            Set.of("lockfree", "locked", "stpe", "netty-1", "agrona")),
        new Curve(
            new Shape("QueueBenchmark.offer"),
            "producers",
            "An item through a queue, by producers",
            THREADS,
            Set.of(1, 2, 4),
            Set.of("lockfree", "locked", "jctools-array-drain", "jctools-unbounded-drain", "abq")),
        new Curve(
            new Shape("DaemonQueueBenchmark.offerToHandler"),
            "producers",
            "An item to its handler, by producers",
            THREADS,
            Set.of(1, 2),
            Set.of("lockfree", "locked", "tpe", "jctools-parked")),
        new Curve(
            new Shape("TaskContextBenchmark.dispatch"),
            "threads",
            "A dispatch into one context, by threads",
            THREADS,
            Set.of(1, 2, 4),
            Set.of("lockfree", "locked", "synchronized", "reentrantlock", "guava")),
        new Curve(
            new Shape("GrowthBenchmark.contexts"),
            "count",
            "A dispatch, by contexts taken in turn",
            MANY,
            Set.of(),
            Set.of("lockfree", "locked")),
        new Curve(
            new Shape("GrowthBenchmark.works"),
            "count",
            "A work from submit to run, by works taken in turn",
            MANY,
            Set.of(),
            Set.of("lockfree", "locked")));
  }

  /** Whether it stands on a curve, and nowhere else: there are too many of them for bars. */
  static boolean isGrownOnly(Shape shape) {
    return curves().stream().anyMatch(curve -> curve.hasAsGrowthOnly(shape));
  }

  /** All that the curves need. */
  static List<Contest> contests(Benchmarks benchmarks) {
    return curves().stream()
        .flatMap(
            curve ->
                curve.values().stream().flatMap(value -> point(benchmarks, curve, value).stream()))
        .toList();
  }

  private static java.util.Optional<Contest> point(Benchmarks benchmarks, Curve curve, int value) {
    return benchmarks
        .contest(curve.shape().with(curve.parameter(), value))
        .flatMap(contest -> contest.among(curve.contenders()::contains))
        .map(contest -> value > HUGE ? contest.larger(4, contest.seconds() + 10) : contest);
  }
}
