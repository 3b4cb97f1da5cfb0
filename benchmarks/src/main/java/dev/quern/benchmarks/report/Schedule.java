// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The order of the forks. Every round has each contender once in each contest on each JDK; contests
 * are shuffled, and contenders within them, so that whoever is compared runs close together and
 * nobody always goes first.
 */
final class Schedule {
  /** One fork to be run. */
  record Turn(Contest contest, String contender, Jdk jdk) {}

  private final List<Contest> contests;
  private final List<Jdk> jdks;
  private final Random random;

  Schedule(List<Contest> contests, List<Jdk> jdks, long seed) {
    this.contests = contests;
    this.jdks = jdks;
    this.random = new Random(seed);
  }

  /** How many forks a round has. */
  int size() {
    return contests.stream().mapToInt(c -> c.contenders().size()).sum() * jdks.size();
  }

  double seconds() {
    return jdks.size()
        * contests.stream().mapToDouble(c -> c.contenders().size() * c.seconds()).sum();
  }

  /** The next round. */
  List<Turn> round() {
    List<Turn> turns = new ArrayList<>();
    for (Contest contest : shuffled(contests)) {
      for (Jdk jdk : shuffled(jdks)) {
        for (String contender : shuffled(contest.contenders())) {
          turns.add(new Turn(contest, contender, jdk));
        }
      }
    }
    return turns;
  }

  private <T> List<T> shuffled(List<T> list) {
    List<T> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }
}
