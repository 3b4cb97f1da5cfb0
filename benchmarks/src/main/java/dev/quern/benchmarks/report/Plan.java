// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is to be run.
 *
 * @param limitSeconds after which nothing is begun; 0 for no limit
 * @param figures whether heap, start-up and sizes are measured too
 */
record Plan(
    List<Contest> contests,
    List<Jdk> jdks,
    int rounds,
    long seed,
    boolean quick,
    double foreignLimit,
    int limitSeconds,
    boolean figures) {

  Schedule schedule() {
    return new Schedule(contests, jdks, seed);
  }

  double seconds() {
    double all = rounds * schedule().seconds();
    if (figures) {
      all += jdks.size() * Figures.seconds(quick);
    }
    return limitSeconds == 0 ? all : Math.min(all, limitSeconds);
  }

  @Override
  public String toString() {
    return "%s; %d forks a round, rounds: %d; about %s"
        .formatted(
            String.join(" and ", jdks.stream().map(Jdk::name).toList()),
            schedule().size(),
            rounds,
            Progress.time(seconds()));
  }

  /**
   * Those that the user asked for.
   *
   * @param goalsOnly leaves out what no goal is about; not the curves
   */
  static List<Contest> contests(
      Benchmarks benchmarks,
      boolean goalsOnly,
      boolean growth,
      List<String> primitives,
      List<String> against)
      throws UserError {
    List<Contest> all = new ArrayList<>(benchmarks.contests());
    known("primitive", primitives, names(all));
    known("contender", against, benchmarks.contenders());
    Map<Shape, Contest> chosen = new LinkedHashMap<>();
    all.removeIf(contest -> Growth.isGrownOnly(contest.shape()));
    for (Contest contest : all) {
      contest
          .among(c -> !goalsOnly || isWanted(contest.shape(), c))
          .ifPresent(wanted -> chosen.put(wanted.shape(), wanted));
    }
    if (growth) {
      Growth.contests(benchmarks)
          .forEach(contest -> chosen.merge(contest.shape(), contest, Contest::and));
    }
    List<Contest> asked =
        chosen.values().stream()
            .filter(c -> primitives.isEmpty() || primitives.contains(c.shape().primitive()))
            .map(c -> c.among(x -> against.isEmpty() || Shape.isOurs(x) || against.contains(x)))
            .flatMap(Optional::stream)
            .toList();
    if (asked.isEmpty()) {
      throw UserError.usage("nothing to run: no goal and no benchmark is about what was asked for");
    }
    return asked;
  }

  private static boolean isWanted(Shape shape, String contender) {
    return Goals.all().stream().anyMatch(goal -> goal.wants(shape, contender));
  }

  private static SortedSet<String> names(List<Contest> contests) {
    SortedSet<String> names = new TreeSet<>();
    contests.forEach(contest -> names.add(contest.shape().primitive()));
    return names;
  }

  static void known(String what, List<String> asked, SortedSet<String> there) throws UserError {
    for (String name : asked) {
      if (!there.contains(name)) {
        throw UserError.usage(
            "no " + what + " \"" + name + "\"; there are " + String.join(", ", there));
      }
    }
  }
}
