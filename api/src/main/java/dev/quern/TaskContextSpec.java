// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link TaskContext}. Immutable. */
public final class TaskContextSpec {
  private final String name;
  private final @Nullable Integer maxInline;
  private final @Nullable Duration maxInlineTime;
  private final @Nullable String pool;

  private TaskContextSpec(
      String name,
      @Nullable Integer maxInline,
      @Nullable Duration maxInlineTime,
      @Nullable String pool) {
    this.name = name;
    this.maxInline = maxInline;
    this.maxInlineTime = maxInlineTime;
    this.pool = pool;
  }

  /** A context with the settings in force. */
  public static TaskContextSpec named(String name) {
    return new TaskContextSpec(Arguments.name(name), null, null, null);
  }

  /** How many tasks a runner runs beyond the one it came with before it hands over (rule T9). */
  public TaskContextSpec maxInline(int maxInline) {
    return new TaskContextSpec(
        name, Arguments.range("maxInline", maxInline, 0, Integer.MAX_VALUE), maxInlineTime, pool);
  }

  /** For how long a runner runs tasks before it hands over (rule T9). */
  public TaskContextSpec maxInlineTime(Duration maxInlineTime) {
    return new TaskContextSpec(
        name, maxInline, Arguments.positive("maxInlineTime", maxInlineTime), pool);
  }

  /** The shared pool that takes over; else the runtime's own (rule T9). */
  public TaskContextSpec pool(String pool) {
    return new TaskContextSpec(name, maxInline, maxInlineTime, Arguments.name(pool));
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** As set, else empty. */
  public Optional<Integer> maxInline() {
    return Optional.ofNullable(maxInline);
  }

  /** As set, else empty. */
  public Optional<Duration> maxInlineTime() {
    return Optional.ofNullable(maxInlineTime);
  }

  /** As set, else empty. */
  public Optional<String> pool() {
    return Optional.ofNullable(pool);
  }
}
