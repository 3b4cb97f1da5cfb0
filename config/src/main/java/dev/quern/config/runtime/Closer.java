// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Primitive;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import dev.quern.spi.Primitives;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Closes all that the runtime made, dependents first (rule R7). Level by level, everything is told
 * to close, then waited for with what is left of the limit:
 *
 * <pre>
 *   1  contexts, work queues, keyed ones, pool      they feed the others, or run on pools
 *      views, users' pool handles
 *   2  daemon queues, the deepest child first       a target outlives its children (D7)
 *   3  pools; one that something unfinished uses ends after it, by itself
 *   4  queues
 *   5  what the system owns, in the same order
 * </pre>
 */
@Singleton
final class Closer {
  private static final Set<Kind> FEEDERS =
      Set.of(Kind.TASK_CONTEXT, Kind.WORK_QUEUE, Kind.KEYED_WORK_QUEUE, Kind.POOL_VIEW);

  private final Registry registry;
  private final SharedPools pools;
  private final Primitives primitives;
  private final Log log;

  @Inject
  Closer(Registry registry, SharedPools pools, Primitives primitives, Log log) {
    this.registry = registry;
    this.pools = pools;
    this.primitives = primitives;
    this.log = log;
  }

  /** Rule G6: a close from inside a run would wait for that run. */
  void requireOutside() {
    String inside =
        primitives
            .currentWork()
            .map(Object::toString)
            .or(() -> primitives.currentJob().map(Object::toString))
            .or(
                () ->
                    registry.live().keySet().stream()
                        .filter(Managed::holdsCaller)
                        .map(Object::toString)
                        .findFirst())
            .orElse(null);
    if (inside != null) {
      throw new MisuseException(
          "runtime: close() from inside " + inside + " would wait for itself");
    }
  }

  /**
   * Closes all. Returns what was left unfinished, by primitive.
   *
   * @throws InterruptedException once everything has been told to close
   */
  Map<Primitive, List<String>> close(Deadline deadline) throws InterruptedException {
    Pass pass = new Pass(deadline);
    for (boolean system : new boolean[] {false, true}) {
      pass.level(feeders(system));
      List<List<Primitive>> daemonQueues = daemonQueues(system);
      daemonQueues.forEach(depth -> depth.forEach(Closer::release));
      daemonQueues.forEach(pass::level);
      if (system) {
        pools.releaseOwn();
      }
      pass.level(
          members(
              (primitive, m) ->
                  m.system() == system
                      && m.kind() == Kind.THREAD_POOL
                      && !(pass.leftSome() && isNeeded((Primitive) primitive))));
      pass.level(members((primitive, m) -> m.system() == system && m.kind() == Kind.QUEUE));
    }
    return pass.end();
  }

  /**
   * Interrupts, once, what runs in there. A pool only for its users' jobs: what a primitive runs on
   * it is interrupted through that primitive.
   */
  void interrupt(Set<Primitive> unfinished) {
    Set<Primitive> targets = new LinkedHashSet<>();
    for (Primitive primitive : unfinished) {
      if (primitive instanceof PoolHandle handle) {
        targets.add(handle.pool());
      } else if (!isLent(primitive)) {
        targets.add(primitive);
      }
    }
    targets.forEach(this::interrupt);
  }

  private void interrupt(Primitive target) {
    try {
      ((Managed) target).interruptRuns();
    } catch (RuntimeException e) {
      log.write(Level.ERROR, target + ": cannot be interrupted", e);
    }
  }

  /** Whether a primitive that is not finished has it: it would lose what it accepted. */
  private boolean isNeeded(Primitive pool) {
    return pools.live().stream().anyMatch(shared -> shared.pool() == pool && shared.isLent());
  }

  private boolean isLent(Primitive pool) {
    return pools.live().stream().anyMatch(shared -> shared.pool() == pool);
  }

  /**
   * Lets a paused or inactive queue run, as its close will do: its children, closed before, wait
   * for it (D8).
   */
  private static void release(Primitive daemonQueue) {
    DaemonQueue<?> queue = (DaemonQueue<?>) daemonQueue;
    try {
      queue.activate();
      while (!queue.isClosed()) { // then resume is without effect, and without end
        queue.resume();
      }
    } catch (MisuseException | ClosedException resumed) {
      // the last pause has ended
    }
  }

  private List<Primitive> feeders(boolean system) {
    List<Primitive> level =
        new ArrayList<>(
            members((primitive, m) -> m.system() == system && FEEDERS.contains(m.kind())));
    if (!system) {
      pools.live().forEach(shared -> level.addAll(shared.handles()));
    }
    return level;
  }

  /** Deepest first, one list for each depth. */
  private List<List<Primitive>> daemonQueues(boolean system) {
    Map<Integer, List<Primitive>> byDepth = new LinkedHashMap<>();
    registry
        .live()
        .forEach(
            (primitive, member) -> {
              if (member.kind() == Kind.DAEMON_QUEUE && member.system() == system) {
                byDepth
                    .computeIfAbsent(member.depth(), depth -> new ArrayList<>())
                    .add((Primitive) primitive);
              }
            });
    return byDepth.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private List<Primitive> members(BiPredicate<Managed, Member> which) {
    List<Primitive> level = new ArrayList<>();
    registry
        .live()
        .forEach(
            (primitive, member) -> {
              if (which.test(primitive, member)) {
                level.add((Primitive) primitive);
              }
            });
    return level;
  }

  /** One way through the levels. An interrupt stops the waiting, not the telling. */
  private final class Pass {
    private final Deadline deadline;
    private final Map<Primitive, List<String>> left = new LinkedHashMap<>();
    private boolean interrupted;

    Pass(Deadline deadline) {
      this.deadline = deadline;
    }

    /** Whether something is unfinished: what was accepted there may need its pool yet. */
    boolean leftSome() {
      return !left.isEmpty();
    }

    void level(List<Primitive> primitives) {
      primitives.forEach(primitive -> attempt(primitive, Duration.ZERO));
      if (!interrupted) {
        primitives.stream()
            .filter(left::containsKey)
            .forEach(primitive -> attempt(primitive, deadline.remaining()));
      }
    }

    Map<Primitive, List<String>> end() throws InterruptedException {
      if (interrupted) {
        throw new InterruptedException("while closing the runtime; it goes on closing");
      }
      return left;
    }

    private void attempt(Primitive primitive, Duration limit) {
      List<String> unfinished;
      interrupted |= Thread.interrupted();
      try {
        unfinished = primitive.close(interrupted ? Duration.ZERO : limit);
      } catch (InterruptedException e) {
        interrupted = true;
        unfinished = List.of(primitive.name());
      } catch (RuntimeException e) {
        log.write(Level.ERROR, primitive + ": cannot be closed", e);
        unfinished = List.of(primitive.name());
      }
      if (unfinished.isEmpty()) {
        left.remove(primitive);
      } else {
        left.put(primitive, unfinished);
      }
    }
  }
}
