// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link WorkQueue}. Immutable. */
public final class WorkQueueSpec {
  private final String name;
  private final @Nullable Boolean ordered;
  private final @Nullable Integer maxActive;
  private final @Nullable Integer priority;
  private final @Nullable String pool;
  private final @Nullable Integer capacity;
  private final @Nullable Boolean reservedWorker;
  private final @Nullable Duration runLimit;
  private final @Nullable Duration waitLimit;
  private final @Nullable Boolean timing;

  private WorkQueueSpec(
      String name,
      @Nullable Boolean ordered,
      @Nullable Integer maxActive,
      @Nullable Integer priority,
      @Nullable String pool,
      @Nullable Integer capacity,
      @Nullable Boolean reservedWorker,
      @Nullable Duration runLimit,
      @Nullable Duration waitLimit,
      @Nullable Boolean timing) {
    this.name = name;
    this.ordered = ordered;
    this.maxActive = maxActive;
    this.priority = priority;
    this.pool = pool;
    this.capacity = capacity;
    this.reservedWorker = reservedWorker;
    this.runLimit = runLimit;
    this.waitLimit = waitLimit;
    this.timing = timing;
  }

  /** A queue that runs up to {@code maxActive} items at once (rule W12). */
  public static WorkQueueSpec named(String name) {
    return new WorkQueueSpec(
        Arguments.name(name), null, null, null, null, null, null, null, null, null);
  }

  /** A queue that runs one item at a time, in the order in which they became queued (rule W12). */
  public static WorkQueueSpec ordered(String name) {
    return new WorkQueueSpec(
        Arguments.name(name), true, 1, null, null, null, null, null, null, null);
  }

  /** How many items run at once at most. An ordered queue's is 1, and stays so (rule W12). */
  public WorkQueueSpec maxActive(int maxActive) {
    int max = Boolean.TRUE.equals(ordered) ? 1 : Integer.MAX_VALUE;
    return new WorkQueueSpec(
        name,
        ordered,
        Arguments.range("maxActive", maxActive, 1, max),
        priority,
        pool,
        capacity,
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /**
   * The priority of its workers, or {@link ThreadPoolSpec#NO_PRIORITY} (rule P2). Not with a pool,
   * whose workers have theirs.
   */
  public WorkQueueSpec priority(int priority) {
    int max = pool == null ? Thread.MAX_PRIORITY : ThreadPoolSpec.NO_PRIORITY;
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        Arguments.range("priority", priority, ThreadPoolSpec.NO_PRIORITY, max),
        pool,
        capacity,
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /**
   * The shared pool on whose workers the items run, of which the queue occupies no more than {@code
   * maxActive}; without it, the queue has workers of its own. Not with a priority (rule W25).
   */
  public WorkQueueSpec pool(String pool) {
    Arguments.name(pool);
    if (priority != null && priority != ThreadPoolSpec.NO_PRIORITY) {
      throw new IllegalArgumentException(
          "pool is \"" + pool + "\", must not be set beside priority " + priority);
    }
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        capacity,
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /**
   * How many items may be queued, those that run aside, before submissions are refused; without it,
   * any number (rule W25).
   */
  public WorkQueueSpec capacity(int capacity) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        Arguments.range("capacity", capacity, 1, QueueSpec.MAX_CAPACITY),
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /**
   * Whether one of its workers is a thread of its own that is there from the start and stays, so
   * that the queue moves whatever others occupy (rule W14). Default false.
   */
  public WorkQueueSpec reservedWorker(boolean reservedWorker) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        capacity,
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /** After how long a run is reported as stalled; positive, never if not set (rule W18). */
  public WorkQueueSpec runLimit(Duration runLimit) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        capacity,
        reservedWorker,
        Arguments.positive("runLimit", runLimit),
        waitLimit,
        timing);
  }

  /** After how long in line an item is reported as stalled; positive, never if not set (W18). */
  public WorkQueueSpec waitLimit(Duration waitLimit) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        capacity,
        reservedWorker,
        runLimit,
        Arguments.positive("waitLimit", waitLimit),
        timing);
  }

  /** Whether {@code inspect()} shows how long items waited and ran (rule R8). */
  public WorkQueueSpec timing(boolean timing) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        priority,
        pool,
        capacity,
        reservedWorker,
        runLimit,
        waitLimit,
        timing);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** True for an ordered queue, else empty. */
  public Optional<Boolean> ordered() {
    return Optional.ofNullable(ordered);
  }

  /** As set, else empty. */
  public Optional<Integer> maxActive() {
    return Optional.ofNullable(maxActive);
  }

  /** As set, else empty. */
  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }

  /** As set, else empty. */
  public Optional<String> pool() {
    return Optional.ofNullable(pool);
  }

  /** As set; empty means unbounded. */
  public Optional<Integer> capacity() {
    return Optional.ofNullable(capacity);
  }

  /** As set, else empty. */
  public Optional<Boolean> reservedWorker() {
    return Optional.ofNullable(reservedWorker);
  }

  /** As set, else empty. */
  public Optional<Duration> runLimit() {
    return Optional.ofNullable(runLimit);
  }

  /** As set, else empty. */
  public Optional<Duration> waitLimit() {
    return Optional.ofNullable(waitLimit);
  }

  /** As set, else empty. */
  public Optional<Boolean> timing() {
    return Optional.ofNullable(timing);
  }
}
