// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ConfigurationException;
import dev.quern.DaemonQueueSpec;
import dev.quern.Inspection;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.PoolViewSpec;
import dev.quern.QueueSpec;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import dev.quern.WorkQueueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Merges a spec of the program with what is configured for its name and its kind. In what comes out
 * every option is set but those for which absence is a value.
 */
final class EffectiveSpecs {
  private final Layers layers;

  EffectiveSpecs(Layers layers) {
    this.layers = layers;
  }

  Effective<QueueSpec> of(QueueSpec spec) {
    Merge merge = new Merge(layers, spec.name());
    Optional<Integer> capacity = capacity(merge, Settings.QUEUE_CAPACITY, spec.capacity());
    QueueSpec merged =
        capacity
            .map(bound -> QueueSpec.bounded(spec.name(), bound))
            .orElseGet(() -> QueueSpec.unbounded(spec.name()))
            .producersWait(spec.producersWait().orElse(false));
    return merge.done(merged);
  }

  /**
   * A child's thread is its target's: what chooses one is refused for it, and a default skipped.
   */
  Effective<DaemonQueueSpec> of(DaemonQueueSpec spec, boolean child) {
    Merge merge = new Merge(layers, spec.name());
    Optional<Integer> capacity = capacity(merge, Settings.DAEMON_QUEUE_CAPACITY, spec.capacity());
    DaemonQueueSpec merged =
        capacity
            .map(bound -> DaemonQueueSpec.bounded(spec.name(), bound))
            .orElseGet(() -> DaemonQueueSpec.unbounded(spec.name()))
            .inactive(spec.inactive().orElse(false))
            .producersWait(spec.producersWait().orElse(true))
            .maxBatch(merge.require(Settings.DAEMON_QUEUE_MAX_BATCH, spec.maxBatch()));
    if (child) {
      String why = "a child has the thread of its target";
      merge.refuse(Settings.DAEMON_QUEUE_POOL, why);
      merge.refuse(Settings.DAEMON_QUEUE_PRIORITY, why);
      merge.refuse(Settings.DAEMON_QUEUE_WAITING, why);
      return merge.done(merged.waiting(Waiting.SPIN_THEN_PARK)); // unused, but set
    }
    merged = merged.waiting(merge.require(Settings.DAEMON_QUEUE_WAITING, spec.waiting()));
    merged = merge.value(Settings.DAEMON_QUEUE_POOL, spec.pool()).map(merged::pool).orElse(merged);
    return merge.done(
        merge
            .value(Settings.DAEMON_QUEUE_PRIORITY, spec.priority())
            .map(merged::priority)
            .orElse(merged));
  }

  Effective<ThreadPoolSpec> of(ThreadPoolSpec spec) {
    Merge merge = new Merge(layers, spec.name());
    boolean virtual = spec.virtual().orElse(false);
    ThreadPoolSpec merged =
        ThreadPoolSpec.named(spec.name())
            .virtual(virtual)
            .maxThreads(merge.require(Settings.THREAD_POOL_MAX_THREADS, spec.maxThreads()))
            .idleLimit(merge.require(Settings.THREAD_POOL_IDLE_LIMIT, spec.idleLimit()))
            .maxRun(merge.require(Settings.THREAD_POOL_MAX_RUN, spec.maxRun()))
            .threadNames(merge.require(Settings.THREAD_POOL_THREAD_NAMES, spec.threadNames()))
            .clearThreadLocals(
                merge.require(Settings.THREAD_POOL_CLEAR_THREAD_LOCALS, spec.clearThreadLocals()));
    if (virtual) {
      merge.refuse(Settings.THREAD_POOL_PRIORITY, "virtual workers have no priority");
      return merge.done(merged.priority(ThreadPoolSpec.NO_PRIORITY));
    }
    return merge.done(
        merged.priority(merge.require(Settings.THREAD_POOL_PRIORITY, spec.priority())));
  }

  Effective<TaskContextSpec> of(TaskContextSpec spec) {
    Merge merge = new Merge(layers, spec.name());
    TaskContextSpec merged =
        TaskContextSpec.named(spec.name())
            .maxInline(merge.require(Settings.TASK_CONTEXT_MAX_INLINE, spec.maxInline()))
            .maxInlineTime(
                merge.require(Settings.TASK_CONTEXT_MAX_INLINE_TIME, spec.maxInlineTime()));
    return merge.done(
        merge.value(Settings.TASK_CONTEXT_POOL, spec.pool()).map(merged::pool).orElse(merged));
  }

  /** What the runtime owns has workers of its own: it outlives the program's pools. */
  Effective<WorkQueueSpec> of(WorkQueueSpec spec, boolean system) {
    Merge merge = new Merge(layers, spec.name());
    boolean ordered = spec.ordered().orElse(false);
    WorkQueueSpec merged =
        ordered ? WorkQueueSpec.ordered(spec.name()) : WorkQueueSpec.named(spec.name());
    if (ordered) {
      merge.refuse(Settings.WORK_QUEUE_MAX_ACTIVE, "an ordered queue runs one item at a time");
    } else {
      merged = merged.maxActive(merge.require(Settings.WORK_QUEUE_MAX_ACTIVE, spec.maxActive()));
    }
    Optional<Integer> capacity = capacity(merge, Settings.WORK_QUEUE_CAPACITY, spec.capacity());
    merged = capacity.map(merged::capacity).orElse(merged);
    merged = watched(merge, spec, merged.reservedWorker(spec.reservedWorker().orElse(false)));
    Optional<String> pool = Optional.empty();
    if (system) {
      merge.refuse(Settings.WORK_QUEUE_POOL, "a queue of the runtime has workers of its own");
    } else {
      pool = merge.value(Settings.WORK_QUEUE_POOL, spec.pool());
    }
    if (pool.isPresent()) {
      merge.refuse(Settings.WORK_QUEUE_PRIORITY, "the workers are those of pool " + pool.get());
      return merge.done(merged.pool(pool.get()).priority(ThreadPoolSpec.NO_PRIORITY));
    }
    return merge.done(
        merged.priority(merge.require(Settings.WORK_QUEUE_PRIORITY, spec.priority())));
  }

  private static WorkQueueSpec watched(Merge merge, WorkQueueSpec spec, WorkQueueSpec merged) {
    WorkQueueSpec watched =
        merge
            .value(Settings.WORK_QUEUE_RUN_LIMIT, spec.runLimit())
            .map(merged::runLimit)
            .orElse(merged)
            .timing(merge.require(Settings.WORK_QUEUE_TIMING, spec.timing()));
    return merge
        .value(Settings.WORK_QUEUE_WAIT_LIMIT, spec.waitLimit())
        .map(watched::waitLimit)
        .orElse(watched);
  }

  Effective<PoolViewSpec> of(PoolViewSpec spec) {
    Merge merge = new Merge(layers, spec.name());
    PoolViewSpec merged =
        PoolViewSpec.named(spec.name())
            .maxActive(merge.require(Settings.POOL_VIEW_MAX_ACTIVE, spec.maxActive()));
    return merge.done(
        capacity(merge, Settings.POOL_VIEW_CAPACITY, spec.capacity())
            .map(merged::capacity)
            .orElse(merged));
  }

  Effective<KeyedWorkQueueSpec> of(KeyedWorkQueueSpec spec) {
    Merge merge = new Merge(layers, spec.name());
    KeyedWorkQueueSpec merged =
        KeyedWorkQueueSpec.named(spec.name())
            .maxActive(merge.require(Settings.KEYED_WORK_QUEUE_MAX_ACTIVE, spec.maxActive()))
            .firstRetry(merge.require(Settings.KEYED_WORK_QUEUE_FIRST_RETRY, spec.firstRetry()))
            .maxRetryDelay(
                merge.require(Settings.KEYED_WORK_QUEUE_MAX_RETRY_DELAY, spec.maxRetryDelay()))
            .maxRetries(merge.require(Settings.KEYED_WORK_QUEUE_MAX_RETRIES, spec.maxRetries()));
    return merge.done(
        merge
            .value(Settings.KEYED_WORK_QUEUE_RUNS_PER_SECOND, spec.runsPerSecond())
            .map(merged::runsPerSecond)
            .orElse(merged));
  }

  private static Optional<Integer> capacity(
      Merge merge, Key<Integer> key, Optional<Integer> inCode) {
    if (inCode.isEmpty()) {
      merge.refuse(key, "the program made it unbounded");
      return Optional.empty();
    }
    return merge.value(key, inCode);
  }

  /** A merged spec, and for {@code inspect()} where each option came from. */
  record Effective<S>(S spec, List<Inspection.Setting> settings) {}

  /** Collects one primitive's options, and what is wrong with them. */
  private static final class Merge {
    private final Layers layers;
    private final String name;
    private final List<Inspection.Setting> settings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Merge(Layers layers, String name) {
      this.layers = layers;
      this.name = name;
    }

    /**
     * The order of rule R3: a source for the name, the code, a source for the kind, the default.
     */
    <T> Optional<T> value(Key<T> key, Optional<T> inCode) {
      Optional<Layers.Found> named = layers.find(key, name);
      if (named.isPresent()) {
        return Optional.of(take(key, named.get()));
      }
      if (inCode.isPresent()) {
        note(key, inCode.get(), "spec");
        return inCode;
      }
      Optional<Layers.Found> any = layers.find(key.of(Key.ANY));
      if (any.isPresent()) {
        return Optional.of(take(key, any.get()));
      }
      T initial = key.initial();
      if (initial != null) {
        note(key, initial, "default");
      }
      return Optional.ofNullable(initial);
    }

    <T> T require(Key<T> key, Optional<T> inCode) {
      return value(key, inCode).orElseThrow();
    }

    /** A source that names this very primitive asks for what it cannot have. */
    void refuse(Key<?> key, String why) {
      layers
          .find(key, name)
          .ifPresent(found -> problems.add(Problems.misplaced(found, "expected no value: " + why)));
    }

    <S> Effective<S> done(S spec) {
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      return new Effective<>(spec, List.copyOf(settings));
    }

    private <T> T take(Key<T> key, Layers.Found found) {
      T value = key.type().parse(found.text());
      note(key, value, found.source());
      return value;
    }

    private <T> void note(Key<T> key, T value, String source) {
      settings.add(new Inspection.Setting(key.of(name), key.type().text(value), source));
    }
  }
}
