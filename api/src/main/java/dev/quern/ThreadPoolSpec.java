// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link ThreadPool}, or which options a live one must have (rule P1). Immutable. */
public final class ThreadPoolSpec {
  private final String name;
  private final @Nullable Integer priority;
  private final @Nullable Integer maxThreads;
  private final @Nullable Duration idleLimit;
  private final @Nullable Boolean virtual;
  private final @Nullable Integer maxRun;
  private final @Nullable Boolean threadNames;
  private final @Nullable Boolean clearThreadLocals;

  private ThreadPoolSpec(
      String name,
      @Nullable Integer priority,
      @Nullable Integer maxThreads,
      @Nullable Duration idleLimit,
      @Nullable Boolean virtual,
      @Nullable Integer maxRun,
      @Nullable Boolean threadNames,
      @Nullable Boolean clearThreadLocals) {
    this.name = name;
    this.priority = priority;
    this.maxThreads = maxThreads;
    this.idleLimit = idleLimit;
    this.virtual = virtual;
    this.maxRun = maxRun;
    this.threadNames = threadNames;
    this.clearThreadLocals = clearThreadLocals;
  }

  /** A priority of its own is not asked for: workers keep the normal one. */
  public static final int NO_PRIORITY = 0;

  /** A pool with the settings in force. */
  public static ThreadPoolSpec named(String name) {
    return new ThreadPoolSpec(Arguments.name(name), null, null, null, null, null, null, null);
  }

  /** The priority of its workers, or {@link #NO_PRIORITY} (rule P2). */
  public ThreadPoolSpec priority(int priority) {
    return new ThreadPoolSpec(
        name,
        Arguments.range("priority", priority, NO_PRIORITY, Thread.MAX_PRIORITY),
        maxThreads,
        idleLimit,
        virtual,
        maxRun,
        threadNames,
        clearThreadLocals);
  }

  /** How many workers may exist at once, the overseer aside (rule P13). */
  public ThreadPoolSpec maxThreads(int maxThreads) {
    return new ThreadPoolSpec(
        name,
        priority,
        Arguments.range("maxThreads", maxThreads, 1, Integer.MAX_VALUE),
        idleLimit,
        virtual,
        maxRun,
        threadNames,
        clearThreadLocals);
  }

  /** After how long an idle worker ends (rule P9). Default 30 s. */
  public ThreadPoolSpec idleLimit(Duration idleLimit) {
    return new ThreadPoolSpec(
        name,
        priority,
        maxThreads,
        Arguments.positive("idleLimit", idleLimit),
        virtual,
        maxRun,
        threadNames,
        clearThreadLocals);
  }

  /** Whether workers are virtual threads; needs JDK 21 (rule P13). Default false. */
  public ThreadPoolSpec virtual(boolean virtual) {
    return new ThreadPoolSpec(
        name, priority, maxThreads, idleLimit, virtual, maxRun, threadNames, clearThreadLocals);
  }

  /** How many waiting jobs a worker may take at a time; 1 is strict order (rule P3). Default 16. */
  public ThreadPoolSpec maxRun(int maxRun) {
    return new ThreadPoolSpec(
        name,
        priority,
        maxThreads,
        idleLimit,
        virtual,
        Arguments.range("maxRun", maxRun, 1, 1024),
        threadNames,
        clearThreadLocals);
  }

  /**
   * Whether a thread bears its job's name during a run (rule P8). Default false: renaming costs
   * about a microsecond.
   */
  public ThreadPoolSpec threadNames(boolean threadNames) {
    return new ThreadPoolSpec(
        name, priority, maxThreads, idleLimit, virtual, maxRun, threadNames, clearThreadLocals);
  }

  /**
   * Whether what a body leaves in thread-locals is gone before the next run (rule P18). A thread
   * then serves one run and ends, so each run costs the start of a thread: some ten microseconds
   * and more, or about one with {@link #virtual}. Default false.
   */
  public ThreadPoolSpec clearThreadLocals(boolean clearThreadLocals) {
    return new ThreadPoolSpec(
        name, priority, maxThreads, idleLimit, virtual, maxRun, threadNames, clearThreadLocals);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** As set, else empty. */
  public Optional<Integer> priority() {
    return Optional.ofNullable(priority);
  }

  /** As set, else empty. */
  public Optional<Integer> maxThreads() {
    return Optional.ofNullable(maxThreads);
  }

  /** As set, else empty. */
  public Optional<Duration> idleLimit() {
    return Optional.ofNullable(idleLimit);
  }

  /** As set, else empty. */
  public Optional<Boolean> virtual() {
    return Optional.ofNullable(virtual);
  }

  /** As set, else empty. */
  public Optional<Integer> maxRun() {
    return Optional.ofNullable(maxRun);
  }

  /** As set, else empty. */
  public Optional<Boolean> threadNames() {
    return Optional.ofNullable(threadNames);
  }

  /** As set, else empty. */
  public Optional<Boolean> clearThreadLocals() {
    return Optional.ofNullable(clearThreadLocals);
  }
}
