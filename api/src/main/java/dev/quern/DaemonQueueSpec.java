// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  public static DaemonQueueSpec unbounded(String name) {
    return new DaemonQueueSpec(Arguments.name(name), null, null, null, null, null, null, null);
  }

  public DaemonQueueSpec pool(String pool) {
    return new DaemonQueueSpec(
        name, capacity, Arguments.name(pool), priority, maxBatch, waiting, inactive, producersWait);
  }

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

  public DaemonQueueSpec inactive(boolean inactive) {
    return new DaemonQueueSpec(
        name, capacity, pool, priority, maxBatch, waiting, inactive, producersWait);
  }

  public DaemonQueueSpec producersWait(boolean producersWait) {
    return new DaemonQueueSpec(
        name, capacity, pool, priority, maxBatch, waiting, inactive, producersWait);
  }

  public String name() {
    return name;
  }

  public Optional<Integer> capacity() {
    return Optional.ofNullable(capacity);
  }

  public Optional<String> pool() {
    return Optional.ofNullable(pool);
  }

  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }

  public Optional<Integer> maxBatch() {
    return Optional.ofNullable(maxBatch);
  }

  public Optional<Waiting> waiting() {
    return Optional.ofNullable(waiting);
  }

  public Optional<Boolean> inactive() {
    return Optional.ofNullable(inactive);
  }

  public Optional<Boolean> producersWait() {
    return Optional.ofNullable(producersWait);
  }
}
