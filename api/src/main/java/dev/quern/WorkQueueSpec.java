// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link WorkQueue}. Immutable. */
public final class WorkQueueSpec {
  private final String name;
  private final @Nullable Boolean ordered;
  private final @Nullable Integer maxActive;
  private final @Nullable Integer priority;

  private WorkQueueSpec(
      String name,
      @Nullable Boolean ordered,
      @Nullable Integer maxActive,
      @Nullable Integer priority) {
    this.name = name;
    this.ordered = ordered;
    this.maxActive = maxActive;
    this.priority = priority;
  }

  /** A queue that runs up to {@code maxActive} items at once (rule W12). */
  public static WorkQueueSpec named(String name) {
    return new WorkQueueSpec(Arguments.name(name), null, null, null);
  }

  /** A queue that runs one item at a time, in the order in which they became queued (rule W12). */
  public static WorkQueueSpec ordered(String name) {
    return new WorkQueueSpec(Arguments.name(name), true, 1, null);
  }

  /** How many items run at once at most. An ordered queue's is 1, and stays so (rule W12). */
  public WorkQueueSpec maxActive(int maxActive) {
    int max = Boolean.TRUE.equals(ordered) ? 1 : Integer.MAX_VALUE;
    return new WorkQueueSpec(
        name, ordered, Arguments.range("maxActive", maxActive, 1, max), priority);
  }

  /** The priority of its workers, or {@link ThreadPoolSpec#NO_PRIORITY} (rule P2). */
  public WorkQueueSpec priority(int priority) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        Arguments.range("priority", priority, ThreadPoolSpec.NO_PRIORITY, Thread.MAX_PRIORITY));
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
}
