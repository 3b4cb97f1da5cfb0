// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to make a {@link Queue}. Immutable; configuration may override the capacity of a bounded one
 * (rule R3).
 */
public final class QueueSpec {
  private final String name;
  private final @Nullable Integer capacity;
  private final @Nullable Boolean producersWait;

  private QueueSpec(String name, @Nullable Integer capacity, @Nullable Boolean producersWait) {
    this.name = name;
    this.capacity = capacity;
    this.producersWait = producersWait;
  }

  /** The largest capacity a bounded queue may have. */
  public static final int MAX_CAPACITY = 1 << 30;

  /** A queue that holds exactly this many items at most (rule Q1). */
  public static QueueSpec bounded(String name, int capacity) {
    return new QueueSpec(
        Arguments.name(name), Arguments.range("capacity", capacity, 1, MAX_CAPACITY), null);
  }

  /** A queue without bound. */
  public static QueueSpec unbounded(String name) {
    return new QueueSpec(Arguments.name(name), null, null);
  }

  /**
   * Whether put and timed offer may wait for room; it costs the consumer a fence. Default false.
   * Rule Q12.
   */
  public QueueSpec producersWait(boolean producersWait) {
    return new QueueSpec(name, capacity, producersWait);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** The bound; empty when unbounded. */
  public Optional<Integer> capacity() {
    return Optional.ofNullable(capacity);
  }

  /** As set, else empty. */
  public Optional<Boolean> producersWait() {
    return Optional.ofNullable(producersWait);
  }
}
