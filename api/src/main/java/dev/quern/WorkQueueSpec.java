// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
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

  private WorkQueueSpec(Draft draft) {
    this.name = draft.name;
    this.ordered = draft.ordered;
    this.maxActive = draft.maxActive;
    this.priority = draft.priority;
    this.pool = draft.pool;
    this.capacity = draft.capacity;
    this.reservedWorker = draft.reservedWorker;
    this.runLimit = draft.runLimit;
    this.waitLimit = draft.waitLimit;
    this.timing = draft.timing;
  }

  private WorkQueueSpec with(Consumer<Draft> option) {
    Draft draft = new Draft(this);
    option.accept(draft);
    return new WorkQueueSpec(draft);
  }

  /** A queue that runs up to {@code maxActive} items at once (rule W12). */
  public static WorkQueueSpec named(String name) {
    return new WorkQueueSpec(new Draft(Arguments.name(name)));
  }

  /** A queue that runs one item at a time, in the order in which they became queued (rule W12). */
  public static WorkQueueSpec ordered(String name) {
    Draft draft = new Draft(Arguments.name(name));
    draft.ordered = true;
    draft.maxActive = 1;
    return new WorkQueueSpec(draft);
  }

  /** How many items run at once at most. An ordered queue's is 1, and stays so (rule W12). */
  public WorkQueueSpec maxActive(int maxActive) {
    int max = Boolean.TRUE.equals(ordered) ? 1 : Integer.MAX_VALUE;
    int checked = Arguments.range("maxActive", maxActive, 1, max);
    return with(draft -> draft.maxActive = checked);
  }

  /**
   * The priority of its workers, or {@link ThreadPoolSpec#NO_PRIORITY} (rule P2). Not with a pool,
   * whose workers have theirs.
   */
  public WorkQueueSpec priority(int priority) {
    int max = pool == null ? Thread.MAX_PRIORITY : ThreadPoolSpec.NO_PRIORITY;
    int checked = Arguments.range("priority", priority, ThreadPoolSpec.NO_PRIORITY, max);
    return with(draft -> draft.priority = checked);
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
    return with(draft -> draft.pool = pool);
  }

  /**
   * How many items may be queued, those that run aside, before submissions are refused; without it,
   * any number (rule W25).
   */
  public WorkQueueSpec capacity(int capacity) {
    int checked = Arguments.range("capacity", capacity, 1, QueueSpec.MAX_CAPACITY);
    return with(draft -> draft.capacity = checked);
  }

  /**
   * Whether one of its workers is a thread of its own that is there from the start and stays, so
   * that the queue moves whatever others occupy (rule W14). Default false.
   */
  public WorkQueueSpec reservedWorker(boolean reservedWorker) {
    return with(draft -> draft.reservedWorker = reservedWorker);
  }

  /** After how long a run is reported as stalled; positive, never if not set (rule W18). */
  public WorkQueueSpec runLimit(Duration runLimit) {
    Duration checked = Arguments.positive("runLimit", runLimit);
    return with(draft -> draft.runLimit = checked);
  }

  /** After how long in line an item is reported as stalled; positive, never if not set (W18). */
  public WorkQueueSpec waitLimit(Duration waitLimit) {
    Duration checked = Arguments.positive("waitLimit", waitLimit);
    return with(draft -> draft.waitLimit = checked);
  }

  /** Whether {@code inspect()} shows how long items waited and ran (rule R8). */
  public WorkQueueSpec timing(boolean timing) {
    return with(draft -> draft.timing = timing);
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

  /** The options while one of them is set. */
  private static final class Draft {
    final String name;
    @Nullable Boolean ordered;
    @Nullable Integer maxActive;
    @Nullable Integer priority;
    @Nullable String pool;
    @Nullable Integer capacity;
    @Nullable Boolean reservedWorker;
    @Nullable Duration runLimit;
    @Nullable Duration waitLimit;
    @Nullable Boolean timing;

    Draft(String name) {
      this.name = name;
    }

    Draft(WorkQueueSpec from) {
      this.name = from.name;
      this.ordered = from.ordered;
      this.maxActive = from.maxActive;
      this.priority = from.priority;
      this.pool = from.pool;
      this.capacity = from.capacity;
      this.reservedWorker = from.reservedWorker;
      this.runLimit = from.runLimit;
      this.waitLimit = from.waitLimit;
      this.timing = from.timing;
    }
  }
}
