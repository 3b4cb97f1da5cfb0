// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link PoolView} of a pool. Immutable. */
public final class PoolViewSpec {
  private final String name;
  private final @Nullable Integer maxActive;
  private final @Nullable Integer capacity;

  private PoolViewSpec(String name, @Nullable Integer maxActive, @Nullable Integer capacity) {
    this.name = name;
    this.maxActive = maxActive;
    this.capacity = capacity;
  }

  /** A view with the settings in force, and room without bound. */
  public static PoolViewSpec named(String name) {
    return new PoolViewSpec(Arguments.name(name), null, null);
  }

  /** How many jobs run at once at most, and how many workers of the pool are occupied by them. */
  public PoolViewSpec maxActive(int maxActive) {
    return new PoolViewSpec(
        name, Arguments.range("maxActive", maxActive, 1, Integer.MAX_VALUE), capacity);
  }

  /** How many jobs may wait before submissions are refused. Without it, any number. */
  public PoolViewSpec capacity(int capacity) {
    return new PoolViewSpec(
        name, maxActive, Arguments.range("capacity", capacity, 1, QueueSpec.MAX_CAPACITY));
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** As set, else empty. */
  public Optional<Integer> maxActive() {
    return Optional.ofNullable(maxActive);
  }

  /** As set; empty means unbounded. */
  public Optional<Integer> capacity() {
    return Optional.ofNullable(capacity);
  }
}
