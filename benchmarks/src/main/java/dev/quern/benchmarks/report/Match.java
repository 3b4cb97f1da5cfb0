// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.report.ForeignCpu.Ticks;
import dev.quern.benchmarks.report.Schedule.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs fork after fork, and again those that others disturbed. What it has can be asked for at any
 * time, from any thread: an interrupt must not cost what was measured already.
 */
final class Match {
  /** How often a fork is tried until nobody disturbs it. */
  static final int TRIES = 3;

  /** Whoever failed so often is not run any more. */
  private static final int FAILURES = 2;

  /** Runs a fork; a seam, so that tests need not. */
  interface Runner {
    Fork run(Jdk jdk, Contest contest, String contender);
  }

  private final Schedule schedule;
  private final Runner runner;
  private final ForeignCpu cpu;
  private final double foreignLimit;
  private final long deadline;
  private final Progress progress;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, List<Fork>> forks = new LinkedHashMap<>(); // guarded by lock, as below
  private int leftOut;

  private record Key(String jdk, Shape shape, String contender) {}

  /**
   * @param foreignLimit in per cent of the machine
   * @param deadline by {@link System#nanoTime}: no fork is begun that is likely to end later
   */
  Match(
      Schedule schedule,
      Runner runner,
      ForeignCpu cpu,
      double foreignLimit,
      long deadline,
      Progress progress) {
    this.schedule = schedule;
    this.runner = runner;
    this.cpu = cpu;
    this.foreignLimit = foreignLimit;
    this.deadline = deadline;
    this.progress = progress;
  }

  void play(int rounds) {
    setLeftOut(rounds * schedule.size());
    for (int round = 1; round <= rounds; round++) {
      for (Turn turn : schedule.round()) {
        if (mayBegin(turn)) {
          take(turn, round);
          setLeftOut(leftOut - 1);
        }
        progress.step(rounds * schedule.size());
      }
    }
  }

  private boolean mayBegin(Turn turn) {
    double seconds = turn.contest().seconds();
    return deadline == Long.MAX_VALUE || System.nanoTime() + (long) (seconds * 1e9) < deadline;
  }

  private void take(Turn turn, int round) {
    List<Fork> before = of(turn);
    if (before.stream().filter(fork -> fork.failure() != null).count() >= FAILURES) {
      return;
    }
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      progress.say(turn, round);
      Optional<Ticks> begin = cpu.now();
      Fork fork = runner.run(turn.jdk(), turn.contest(), turn.contender());
      double foreign = foreign(begin);
      boolean kept = fork.failure() != null || !(foreign > foreignLimit);
      add(turn, fork.in(round, foreign, kept));
      if (kept) {
        return;
      }
      progress.disturbed(turn, foreign);
    }
  }

  private double foreign(Optional<Ticks> begin) {
    return begin
        .flatMap(before -> cpu.now().map(now -> now.foreignPercentSince(before)))
        .orElse(Double.NaN);
  }

  private static Key key(Turn turn) {
    return new Key(turn.jdk().name(), turn.contest().shape(), turn.contender());
  }

  private List<Fork> of(Turn turn) {
    lock.lock();
    try {
      return List.copyOf(forks.getOrDefault(key(turn), List.of()));
    } finally {
      lock.unlock();
    }
  }

  private void add(Turn turn, Fork fork) {
    lock.lock();
    try {
      forks.computeIfAbsent(key(turn), key -> new ArrayList<>()).add(fork);
    } finally {
      lock.unlock();
    }
  }

  private void setLeftOut(int count) {
    lock.lock();
    try {
      leftOut = count;
    } finally {
      lock.unlock();
    }
  }

  /** How many forks were not run, or not yet. */
  int leftOut() {
    lock.lock();
    try {
      return leftOut;
    } finally {
      lock.unlock();
    }
  }

  /** What there is by now, in the order of shapes. */
  List<Score> scores() {
    lock.lock();
    try {
      List<Score> scores = new ArrayList<>();
      forks.forEach((key, each) -> scores.add(Score.of(key.jdk, key.shape, key.contender, each)));
      scores.sort(
          java.util.Comparator.comparing(Score::shape)
              .thenComparing(Score::contender)
              .thenComparing(Score::jdk));
      return scores;
    } finally {
      lock.unlock();
    }
  }
}
