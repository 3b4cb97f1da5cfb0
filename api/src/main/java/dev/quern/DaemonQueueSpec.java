// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to make a {@link DaemonQueue}. Immutable. Without a pool it has a thread of its own; a
 * child's spec has neither pool nor priority nor waiting (rule D2).
 */
public final class DaemonQueueSpec {
  private final String name;
  private final @Nullable Integer capacity;
  private final @Nullable String pool;
  private final @Nullable Integer priority;
  private final @Nullable Integer maxBatch;
  private final @Nullable Waiting waiting;
  private final @Nullable Boolean inactive;
  private final @Nullable Boolean producersWait;

  private DaemonQueueSpec(
      String name,
      @Nullable Integer capacity,
      @Nullable String pool,
      @Nullable Integer priority,
      @Nullable Integer maxBatch,
      @Nullable Waiting waiting,
      @Nullable Boolean inactive,
      @Nullable Boolean producersWait) {
    this.name = name;
    this.capacity = capacity;
    this.pool = pool;
    this.priority = priority;
    this.maxBatch = maxBatch;
    this.waiting = waiting;
    this.inactive = inactive;
    this.producersWait = producersWait;
  }

  /** A queue that holds exactly this many items at most (rule Q1). */
  public static DaemonQueueSpec bounded(String name, int capacity) {
    return new DaemonQueueSpec(
        Arguments.name(name),
        Arguments.range("capacity", capacity, 1, QueueSpec.MAX_CAPACITY),
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** A queue without bound. */
  public static DaemonQueueSpec unbounded(String name) {
    return new DaemonQueueSpec(Arguments.name(name), null, null, null, null, null, null, null);
  }

  /** Drains on the shared pool of that name (rule D2). */
  public DaemonQueueSpec pool(String pool) {
    return new DaemonQueueSpec(
        name, capacity, Arguments.name(pool), priority, maxBatch, waiting, inactive, producersWait);
  }

  /** The priority of its own thread (rule D2). */
  public DaemonQueueSpec priority(int priority) {
    return new DaemonQueueSpec(
        name,
        capacity,
        pool,
        Arguments.range("priority", priority, Thread.MIN_PRIORITY, Thread.MAX_PRIORITY),
        maxBatch,
        waiting,
        inactive,
        producersWait);
  }

  /** After how many items a batch ends at the latest (rules D4, D10). */
  public DaemonQueueSpec maxBatch(int maxBatch) {
    return new DaemonQueueSpec(
        name,
        capacity,
        pool,
        priority,
        Arguments.range("maxBatch", maxBatch, 1, Integer.MAX_VALUE),
        waiting,
        inactive,
        producersWait);
  }

  /** How its own thread waits (rule D15). */
  public DaemonQueueSpec waiting(Waiting waiting) {
    return new DaemonQueueSpec(
        name,
        capacity,
        pool,
        priority,
        maxBatch,
        Objects.requireNonNull(waiting, "waiting"),
        inactive,
        producersWait);
  }

  /** Whether it runs nothing until {@link DaemonQueue#activate()} (rule D5). Default false. */
  public DaemonQueueSpec inactive(boolean inactive) {
    return new DaemonQueueSpec(
        name, capacity, pool, priority, maxBatch, waiting, inactive, producersWait);
  }

  /** Whether put and timed offer may wait for room (rule Q12). Default true. */
  public DaemonQueueSpec producersWait(boolean producersWait) {
    return new DaemonQueueSpec(
        name, capacity, pool, priority, maxBatch, waiting, inactive, producersWait);
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
  public Optional<String> pool() {
    return Optional.ofNullable(pool);
  }

  /** As set, else empty. */
  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }

  /** As set, else empty. */
  public Optional<Integer> maxBatch() {
    return Optional.ofNullable(maxBatch);
  }

  /** As set, else empty. */
  public Optional<Waiting> waiting() {
    return Optional.ofNullable(waiting);
  }

  /** As set, else empty. */
  public Optional<Boolean> inactive() {
    return Optional.ofNullable(inactive);
  }

  /** As set, else empty. */
  public Optional<Boolean> producersWait() {
    return Optional.ofNullable(producersWait);
  }
}
