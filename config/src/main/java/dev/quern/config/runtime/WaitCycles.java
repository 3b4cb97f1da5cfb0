// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Kind;
import dev.quern.WaitCycle;
import dev.quern.WaitCycle.Link;
import dev.quern.WaitCycle.Part;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import dev.quern.spi.WaitWatch;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds workers that wait for what only they could run (rule G20). Each wait without limit is
 * entered here while it blocks; the watchdog's thread looks.
 *
 * <pre>
 *   a waiting worker needs            to go on
 *   runs that go on                   the thread of each of them: of the item's, or of each run
 *                                     that the whole executor owes to the wait
 *   what stands in line               one of the executor's workers; only if the executor runs as
 *                                     many runs as it may: else another one comes
 * </pre>
 *
 * <p>From all workers that wait, take away each that may go on because those whom it needs are not
 * among them, until none is left to take away. Those who remain are stuck. Of them, those are told
 * of who wait for each other, all round, and would be stuck without the others, too: who is only
 * held up by such a knot is not.
 *
 * <p>No false alarm: considered are waits that the look before has seen, too, that are not over
 * yet, and that are there when this one is done. So their threads were blocked all the time in
 * between, and what is read of the runs on these threads is one picture. Asking whether a wait is
 * over matters: a thread that was woken may look parked until a processor has time for it.
 */
@Singleton
final class WaitCycles implements WaitWatch {
  private static final Set<Kind> EXECUTORS = EnumSet.of(Kind.THREAD_POOL, Kind.WORK_QUEUE);

  private record Wait(long number, Thread thread, Part target, Awaited awaited) {}

  private final Registry registry;
  private final Failures failures;
  private final ConcurrentMap<Thread, Wait> waits = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  // The watchdog's thread only:
  private Set<Long> seenBefore = Set.of();
  private final Set<Long> told = new HashSet<>();

  @Inject
  WaitCycles(Registry registry, Failures failures) {
    this.registry = registry;
    this.failures = failures;
  }

  @Override
  public void begin(Kind kind, String primitive, @Nullable String item, Awaited awaited) {
    Thread thread = Thread.currentThread();
    Part target = new Part(kind, primitive, Optional.ofNullable(item));
    waits.put(thread, new Wait(numbers.incrementAndGet(), thread, target, awaited));
  }

  @Override
  public void end() {
    waits.remove(Thread.currentThread());
  }

  /** On the watchdog's thread. */
  void look() {
    Map<Thread, Wait> candidates = new LinkedHashMap<>();
    Set<Long> seen = new HashSet<>();
    for (Wait wait : waits.values()) {
      seen.add(wait.number);
      if (seenBefore.contains(wait.number) && !wait.awaited.isOver()) {
        candidates.put(wait.thread, wait);
      }
    }
    seenBefore = seen;
    told.retainAll(seen);
    if (!candidates.isEmpty()) {
      report(new Picture(candidates).knots());
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very wait
  private void report(List<List<Entry>> knots) {
    for (List<Entry> knot : knots) {
      boolean news = knot.stream().noneMatch(entry -> told.contains(entry.held.number));
      boolean holds = knot.stream().allMatch(e -> waits.get(e.held.thread) == e.held);
      if (news && holds) {
        knot.forEach(entry -> told.add(entry.held.number));
        failures.deadlocked(
            new WaitCycle(
                knot.stream()
                    .map(e -> new Link(e.held.thread.getName(), e.runs, e.held.target))
                    .toList()));
      }
    }
  }

  /** A worker that waits, and what it runs. */
  private record Entry(Wait held, Part runs) {}

  /**
   * Whom a worker that waits needs to go on.
   *
   * @param each all of them
   * @param oneOf and, unless there is none, one of them
   */
  private record Needs(Set<Thread> each, Set<Thread> oneOf) {
    static final Needs NOBODY = new Needs(Set.of(), Set.of());

    /** Whether it cannot go on while those don't. */
    boolean areAmong(Set<Thread> stuck) {
      return each.stream().anyMatch(stuck::contains)
          || (!oneOf.isEmpty() && stuck.containsAll(oneOf));
    }

    /** Who of those holds it up. */
    Set<Thread> among(Set<Thread> stuck) {
      Set<Thread> those = new LinkedHashSet<>(each);
      those.addAll(oneOf);
      those.retainAll(stuck);
      return those;
    }
  }

  /** Who runs what, and who of those that wait needs whom. */
  private final class Picture {
    private final Map<Thread, Part> runners = new HashMap<>();
    private final Map<List<Object>, List<Executor>> executors = new HashMap<>();
    private final Map<Thread, Entry> waiting = new LinkedHashMap<>();
    private final Map<Thread, Needs> needs = new HashMap<>();

    private record Executor(int bound, List<Managed.Run> runs) {}

    Picture(Map<Thread, Wait> candidates) {
      registry.live().forEach(this::add);
      candidates.forEach(
          (thread, wait) -> {
            Part runs = runners.get(thread);
            if (runs != null) {
              waiting.put(thread, new Entry(wait, runs));
              needs.put(thread, needs(wait));
            }
          });
    }

    private void add(Managed primitive, Member member) {
      if (EXECUTORS.contains(member.kind())) {
        Executor executor = new Executor(primitive.maxRuns(), primitive.runs());
        executors
            .computeIfAbsent(List.of(member.kind(), member.name()), name -> new ArrayList<>())
            .add(executor);
        for (Managed.Run run : executor.runs) {
          runners.put(
              run.thread(), new Part(member.kind(), member.name(), Optional.of(run.item())));
        }
      }
    }

    private Needs needs(Wait wait) {
      List<Executor> named =
          executors.getOrDefault(
              List.<Object>of(wait.target.kind(), wait.target.primitive()), List.of());
      if (named.size() != 1) {
        return Needs.NOBODY; // gone, or there are two of this name
      }
      Executor executor = named.get(0);
      Set<Thread> each = new LinkedHashSet<>();
      Set<Thread> all = new LinkedHashSet<>();
      for (Managed.Run run : executor.runs) {
        all.add(run.thread());
        if (wait.awaited.needs(run.subject())) {
          each.add(run.thread());
        }
      }
      boolean full = executor.bound > 0 && executor.runs.size() >= executor.bound;
      return new Needs(each, full ? all : Set.of());
    }

    List<List<Entry>> knots() {
      Set<Thread> stuck = stuckAmong(waiting.keySet());
      Map<Thread, Set<Thread>> reached = new LinkedHashMap<>();
      stuck.forEach(thread -> reached.put(thread, from(thread, stuck)));
      List<List<Entry>> knots = new ArrayList<>();
      Set<Thread> done = new HashSet<>();
      reached.forEach(
          (thread, those) -> {
            if (!done.contains(thread)) {
              Set<Thread> round = new LinkedHashSet<>(those);
              round.removeIf(other -> !reached.getOrDefault(other, Set.of()).contains(thread));
              done.addAll(round);
              Set<Thread> knot = stuckAmong(round);
              if (!knot.isEmpty()) {
                knots.add(knot.stream().map(waiting::get).toList());
              }
            }
          });
      return knots;
    }

    /** Those who cannot go on, whatever all the others do. */
    private Set<Thread> stuckAmong(Set<Thread> those) {
      Set<Thread> stuck = new LinkedHashSet<>(those);
      while (stuck.removeIf(thread -> !needsOf(thread).areAmong(stuck))) {
        // who needed one of those taken away may go on, too
      }
      return stuck;
    }

    /** Whom it waits for, and so on: in the order of the waits, as far as there is one. */
    private Set<Thread> from(Thread first, Set<Thread> stuck) {
      Set<Thread> found = new LinkedHashSet<>();
      ArrayDeque<Thread> next = new ArrayDeque<>(needsOf(first).among(stuck));
      for (Thread thread = next.poll(); thread != null; thread = next.poll()) {
        if (found.add(thread)) {
          next.addAll(needsOf(thread).among(stuck));
        }
      }
      return found;
    }

    private Needs needsOf(Thread thread) {
      return needs.getOrDefault(thread, Needs.NOBODY);
    }
  }
}
