// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  public static WorkQueueSpec named(String name) {
    return new WorkQueueSpec(Arguments.name(name), null, null, null);
  }

  public static WorkQueueSpec ordered(String name) {
    return new WorkQueueSpec(Arguments.name(name), true, 1, null);
  }

  public WorkQueueSpec maxActive(int maxActive) {
    return new WorkQueueSpec(
        name, ordered, Arguments.range("maxActive", maxActive, 1, Integer.MAX_VALUE), priority);
  }

  public WorkQueueSpec priority(int priority) {
    return new WorkQueueSpec(
        name,
        ordered,
        maxActive,
        Arguments.range("priority", priority, ThreadPoolSpec.NO_PRIORITY, Thread.MAX_PRIORITY));
  }

  public String name() {
    return name;
  }

  public Optional<Boolean> ordered() {
    return Optional.ofNullable(ordered);
  }

  public Optional<Integer> maxActive() {
    return Optional.ofNullable(maxActive);
  }

  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }
}
