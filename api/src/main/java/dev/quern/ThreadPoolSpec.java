// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

public final class ThreadPoolSpec {
  private final String name;
  private final @Nullable Integer priority;
  private final @Nullable Integer maxThreads;
  private final @Nullable Duration idleLimit;
  private final @Nullable Boolean virtual;
  private final @Nullable Integer maxRun;
  private final @Nullable Boolean threadNames;

  private ThreadPoolSpec(
      String name,
      @Nullable Integer priority,
      @Nullable Integer maxThreads,
      @Nullable Duration idleLimit,
      @Nullable Boolean virtual,
      @Nullable Integer maxRun,
      @Nullable Boolean threadNames) {
    this.name = name;
    this.priority = priority;
    this.maxThreads = maxThreads;
    this.idleLimit = idleLimit;
    this.virtual = virtual;
    this.maxRun = maxRun;
    this.threadNames = threadNames;
  }

  /** A priority of its own is not asked for: workers keep the normal one. */
  public static final int NO_PRIORITY = 0;

  public static ThreadPoolSpec named(String name) {
    return new ThreadPoolSpec(Arguments.name(name), null, null, null, null, null, null);
  }

  public ThreadPoolSpec priority(int priority) {
    return new ThreadPoolSpec(
        name,
        Arguments.range("priority", priority, NO_PRIORITY, Thread.MAX_PRIORITY),
        maxThreads,
        idleLimit,
        virtual,
        maxRun,
        threadNames);
  }

  public ThreadPoolSpec maxThreads(int maxThreads) {
    return new ThreadPoolSpec(
        name,
        priority,
        Arguments.range("maxThreads", maxThreads, 1, Integer.MAX_VALUE),
        idleLimit,
        virtual,
        maxRun,
        threadNames);
  }

  public ThreadPoolSpec idleLimit(Duration idleLimit) {
    return new ThreadPoolSpec(
        name,
        priority,
        maxThreads,
        Arguments.positive("idleLimit", idleLimit),
        virtual,
        maxRun,
        threadNames);
  }

  public ThreadPoolSpec virtual(boolean virtual) {
    return new ThreadPoolSpec(name, priority, maxThreads, idleLimit, virtual, maxRun, threadNames);
  }

  public ThreadPoolSpec maxRun(int maxRun) {
    return new ThreadPoolSpec(
        name,
        priority,
        maxThreads,
        idleLimit,
        virtual,
        Arguments.range("maxRun", maxRun, 1, 1024),
        threadNames);
  }

  public ThreadPoolSpec threadNames(boolean threadNames) {
    return new ThreadPoolSpec(name, priority, maxThreads, idleLimit, virtual, maxRun, threadNames);
  }

  public String name() {
    return name;
  }

  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }

  public Optional<Integer> maxThreads() {
    return Optional.ofNullable(maxThreads);
  }

  public Optional<Duration> idleLimit() {
    return Optional.ofNullable(idleLimit);
  }

  public Optional<Boolean> virtual() {
    return Optional.ofNullable(virtual);
  }

  public Optional<Integer> maxRun() {
    return Optional.ofNullable(maxRun);
  }

  public Optional<Boolean> threadNames() {
    return Optional.ofNullable(threadNames);
  }
}
