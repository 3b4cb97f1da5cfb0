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
  private final @Nullable Duration runLimit;
  private final @Nullable Duration waitLimit;
  private final @Nullable Boolean timing;

  private WorkQueueSpec(
      String name,
      @Nullable Boolean ordered,
      @Nullable Integer maxActive,
      @Nullable Integer priority,
      @Nullable Duration runLimit,
      @Nullable Duration waitLimit,
      @Nullable Boolean timing) {
    this.name = name;
    this.ordered = ordered;
    this.maxActive = maxActive;
    this.priority = priority;
    this.runLimit = runLimit;
    this.waitLimit = waitLimit;
    this.timing = timing;
  }

  /** A queue that runs up to {@code maxActive} items at once (rule W12). */
  public static WorkQueueSpec named(String name) {
    return new WorkQueueSpec(Arguments.name(name), null, null, null, null, null, null);
  }

  /** A queue that runs one item at a time, in the order in which they became queued (rule W12). */
  public static WorkQueueSpec ordered(String name) {
    return new WorkQueueSpec(Arguments.name(name), true, 1, null, null, null, null);
  }

  /** How many items run at once at most. An ordered queue's is 1, and stays so (rule W12). */
  public WorkQueueSpec maxActive(int maxActive) {
    int max = Boolean.TRUE.equals(ordered) ? 1 : Integer.MAX_VALUE;
    int checked = Arguments.range("maxActive", maxActive, 1, max);
    return new WorkQueueSpec(name, ordered, checked, priority, runLimit, waitLimit, timing);
  }

  /** The priority of its workers, or {@link ThreadPoolSpec#NO_PRIORITY} (rule P2). */
  public WorkQueueSpec priority(int priority) {
    int checked =
        Arguments.range("priority", priority, ThreadPoolSpec.NO_PRIORITY, Thread.MAX_PRIORITY);
    return new WorkQueueSpec(name, ordered, maxActive, checked, runLimit, waitLimit, timing);
  }

  /** After how long a run is reported as stalled; positive, never if not set (rule W18). */
  public WorkQueueSpec runLimit(Duration runLimit) {
    Duration checked = Arguments.positive("runLimit", runLimit);
    return new WorkQueueSpec(name, ordered, maxActive, priority, checked, waitLimit, timing);
  }

  /** After how long in line an item is reported as stalled; positive, never if not set (W18). */
  public WorkQueueSpec waitLimit(Duration waitLimit) {
    Duration checked = Arguments.positive("waitLimit", waitLimit);
    return new WorkQueueSpec(name, ordered, maxActive, priority, runLimit, checked, timing);
  }

  /** Whether {@code inspect()} shows how long items waited and ran (rule R8). */
  public WorkQueueSpec timing(boolean timing) {
    return new WorkQueueSpec(name, ordered, maxActive, priority, runLimit, waitLimit, timing);
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
