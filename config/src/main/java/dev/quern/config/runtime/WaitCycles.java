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
 *   the run of its item goes on       the thread of that run
 *   it stands in line, or the whole   one of the executor's workers; only if the executor runs as
 *   executor is waited for            many runs as it may: else another one comes
 * </pre>
 *
 * <p>From all workers that wait, take away each that needs somebody who is not among them, until
 * none is left to take away. Those who remain wait for each other. Of them, whoever nobody needs is
 * only held up by the others, and is not told of.
 *
 * <p>No false alarm: considered are waits that the look before has seen, too, and that are there
 * when this one is done, so their threads were blocked all the time in between, and what these
 * threads hold is one picture. A thread that was woken and did not come to run yet is RUNNABLE.
 */
@Singleton
final class WaitCycles implements WaitWatch {
  private static final Set<Kind> EXECUTORS = EnumSet.of(Kind.THREAD_POOL, Kind.WORK_QUEUE);

  /** A wait without limit may be made of long ones. */
  private static final Set<Thread.State> PARKED =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private record Wait(long number, Thread thread, Part target, @Nullable Object subject) {
    boolean blocks() {
      return PARKED.contains(thread.getState());
    }
  }

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
  public void begin(Kind kind, String primitive, @Nullable String item, @Nullable Object subject) {
    Thread thread = Thread.currentThread();
    Part target = new Part(kind, primitive, Optional.ofNullable(item));
    waits.put(thread, new Wait(numbers.incrementAndGet(), thread, target, subject));
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
      if (seenBefore.contains(wait.number) && wait.blocks()) {
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

  /** Who runs what, and who of those that wait needs whom. */
  private final class Picture {
    private final Map<Thread, Part> runners = new HashMap<>();
    private final Map<List<Object>, List<Executor>> executors = new HashMap<>();
    private final Map<Thread, Entry> waiting = new LinkedHashMap<>();
    private final Map<Thread, Set<Thread>> needs = new HashMap<>();

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

    /** Empty if somebody may come whom nothing holds up. */
    private Set<Thread> needs(Wait wait) {
      List<Executor> named =
          executors.getOrDefault(
              List.<Object>of(wait.target.kind(), wait.target.primitive()), List.of());
      if (named.size() != 1) {
        return Set.of(); // gone, or there are two of this name
      }
      Executor executor = named.get(0);
      Set<Thread> those = new LinkedHashSet<>();
      executor.runs.stream()
          .filter(run -> wait.subject != null && run.subject() == wait.subject)
          .forEach(run -> those.add(run.thread()));
      boolean full = executor.bound > 0 && executor.runs.size() >= executor.bound;
      if (those.isEmpty() && full) {
        executor.runs.forEach(run -> those.add(run.thread()));
      }
      return those;
    }

    List<List<Entry>> knots() {
      while (waiting.keySet().removeIf(thread -> !isStuck(thread))) {
        // who needed one of those taken away may go on, too
      }
      while (waiting.keySet().retainAll(needed())) {
        // who needed only those is not needed either
      }
      List<List<Entry>> knots = new ArrayList<>();
      Set<Thread> done = new HashSet<>();
      for (Thread thread : waiting.keySet()) {
        if (!done.contains(thread)) {
          Set<Thread> knot = from(thread);
          done.addAll(knot);
          knots.add(knot.stream().map(waiting::get).toList());
        }
      }
      return knots;
    }

    private boolean isStuck(Thread thread) {
      Set<Thread> those = needs.getOrDefault(thread, Set.of());
      return !those.isEmpty() && waiting.keySet().containsAll(those);
    }

    private Set<Thread> needed() {
      Set<Thread> needed = new HashSet<>();
      waiting.keySet().forEach(thread -> needed.addAll(needs.getOrDefault(thread, Set.of())));
      return needed;
    }

    /** In the order of the waits, as far as there is one. */
    private Set<Thread> from(Thread first) {
      Set<Thread> found = new LinkedHashSet<>();
      ArrayDeque<Thread> next = new ArrayDeque<>(List.of(first));
      for (Thread thread = next.poll(); thread != null; thread = next.poll()) {
        if (found.add(thread)) {
          next.addAll(needs.getOrDefault(thread, Set.of()));
        }
      }
      return found;
    }
  }
}
