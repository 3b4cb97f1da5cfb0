// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  public static TaskContextSpec named(String name) {
    return new TaskContextSpec(Arguments.name(name), null, null, null);
  }

  public TaskContextSpec maxInline(int maxInline) {
    return new TaskContextSpec(
        name, Arguments.range("maxInline", maxInline, 0, Integer.MAX_VALUE), maxInlineTime, pool);
  }

  public TaskContextSpec maxInlineTime(Duration maxInlineTime) {
    return new TaskContextSpec(
        name, maxInline, Arguments.positive("maxInlineTime", maxInlineTime), pool);
  }

  public TaskContextSpec pool(String pool) {
    return new TaskContextSpec(name, maxInline, maxInlineTime, Arguments.name(pool));
  }

  public String name() {
    return name;
  }

  public Optional<Integer> maxInline() {
    return Optional.ofNullable(maxInline);
  }

  public Optional<Duration> maxInlineTime() {
    return Optional.ofNullable(maxInlineTime);
  }

  public Optional<String> pool() {
    return Optional.ofNullable(pool);
  }
}
