// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatchTest {
  private static final Jdk JDK = new Jdk(Path.of("nowhere"), "25.0.3", "nobody");
  private static final Contest ONE =
      new Contest(new Shape("QueueBenchmark.offer"), List.of("lockfree", "locked", "abq"), 1, 1);
  private static final Contest TWO =
      new Contest(new Shape("QueueBenchmark.full"), List.of("lockfree", "abq"), 1, 1);

  @TempDir Path empty;

  private final List<String> ran = new ArrayList<>();

  private Fork fork(Jdk jdk, Contest contest, String contender) {
    ran.add(contest.shape() + " " + contender);
    return new Fork(0, ran.size(), 0, 0, Map.of(), Double.NaN, true, null);
  }

  private Match match(Match.Runner runner, long deadline) {
    Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false, 10);
    Schedule schedule = new Schedule(List.of(ONE, TWO), List.of(JDK), 7);
    return new Match(schedule, runner, new ForeignCpu(empty), 5, deadline, progress);
  }

  @Test
  void everyRoundHasEachContenderOnceAndThoseComparedTogether() {
    match(this::fork, Long.MAX_VALUE).play(2);
    assertEquals(10, ran.size());
    assertEquals(new HashSet<>(ran.subList(0, 5)), new HashSet<>(ran.subList(5, 10)));
    long changes =
        java.util.stream.IntStream.range(1, 5)
            .filter(i -> !ran.get(i).split(" ")[0].equals(ran.get(i - 1).split(" ")[0]))
            .count();
    assertEquals(1, changes);
  }

  @Test
  void theSeedGivesTheOrder() {
    List<Contest> contests = List.of(ONE, TWO);
    Schedule one = new Schedule(contests, List.of(JDK), 42);
    Schedule same = new Schedule(contests, List.of(JDK), 42);
    List<List<Schedule.Turn>> first = List.of(one.round(), one.round(), one.round());
    assertEquals(first, List.of(same.round(), same.round(), same.round()));
    assertNotEquals(1, new HashSet<>(first).size());
  }

  @Test
  void whoFailsIsReportedAndTheOthersGoOn() {
    Match match =
        match(
            (jdk, contest, contender) ->
                contender.equals("abq") ? Fork.failed("broke") : fork(jdk, contest, contender),
            Long.MAX_VALUE);
    match.play(4);
    assertEquals(12, ran.size());
    List<Score> failed = match.scores().stream().filter(s -> s.failure() != null).toList();
    assertEquals(List.of("abq", "abq"), failed.stream().map(Score::contender).toList());
    assertEquals(2, failed.get(0).forks().size());
  }

  @Test
  void nothingIsBegunThatWouldEndTooLate() {
    Match match = match(this::fork, System.nanoTime());
    match.play(1);
    assertTrue(ran.isEmpty());
    assertEquals(5, match.leftOut());
  }
}
