// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to make a {@link KeyedWorkQueue}. Immutable. */
public final class KeyedWorkQueueSpec {
  private final String name;
  private final @Nullable Integer maxActive;
  private final @Nullable Duration firstRetry;
  private final @Nullable Duration maxRetryDelay;
  private final @Nullable Integer maxRetries;
  private final @Nullable Double runsPerSecond;

  private KeyedWorkQueueSpec(
      String name,
      @Nullable Integer maxActive,
      @Nullable Duration firstRetry,
      @Nullable Duration maxRetryDelay,
      @Nullable Integer maxRetries,
      @Nullable Double runsPerSecond) {
    this.name = name;
    this.maxActive = maxActive;
    this.firstRetry = firstRetry;
    this.maxRetryDelay = maxRetryDelay;
    this.maxRetries = maxRetries;
    this.runsPerSecond = runsPerSecond;
  }

  /** A queue with the settings in force. */
  public static KeyedWorkQueueSpec named(String name) {
    return new KeyedWorkQueueSpec(Arguments.name(name), null, null, null, null, null);
  }

  /** How many keys run at once at most. Default: processors + 1, at least 4. */
  public KeyedWorkQueueSpec maxActive(int maxActive) {
    return new KeyedWorkQueueSpec(
        name,
        Arguments.range("maxActive", maxActive, 1, Integer.MAX_VALUE),
        firstRetry,
        maxRetryDelay,
        maxRetries,
        runsPerSecond);
  }

  /** How long a key waits for its first retry; each further one waits twice as long. */
  public KeyedWorkQueueSpec firstRetry(Duration firstRetry) {
    return new KeyedWorkQueueSpec(
        name,
        maxActive,
        Arguments.positive("firstRetry", firstRetry),
        maxRetryDelay,
        maxRetries,
        runsPerSecond);
  }

  /** The longest that a key waits for a retry. */
  public KeyedWorkQueueSpec maxRetryDelay(Duration maxRetryDelay) {
    return new KeyedWorkQueueSpec(
        name,
        maxActive,
        firstRetry,
        Arguments.positive("maxRetryDelay", maxRetryDelay),
        maxRetries,
        runsPerSecond);
  }

  /** After how many retries a key is given up, and reported. 0: the first failure is the last. */
  public KeyedWorkQueueSpec maxRetries(int maxRetries) {
    return new KeyedWorkQueueSpec(
        name,
        maxActive,
        firstRetry,
        maxRetryDelay,
        Arguments.range("maxRetries", maxRetries, 0, Integer.MAX_VALUE),
        runsPerSecond);
  }

  /**
   * How many runs may begin in a second, retries included, in the long run: what is more is
   * delayed. After a rest, as many may begin at once as in one second, at least one. Default: no
   * limit.
   */
  public KeyedWorkQueueSpec runsPerSecond(double runsPerSecond) {
    if (!(runsPerSecond > 0 && runsPerSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "runsPerSecond is " + runsPerSecond + ", must be finite and more than zero");
    }
    return new KeyedWorkQueueSpec(
        name, maxActive, firstRetry, maxRetryDelay, maxRetries, runsPerSecond);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** As set, else empty. */
  public Optional<Integer> maxActive() {
    return Optional.ofNullable(maxActive);
  }

  /** As set, else empty. */
  public Optional<Duration> firstRetry() {
    return Optional.ofNullable(firstRetry);
  }

  /** As set, else empty. */
  public Optional<Duration> maxRetryDelay() {
    return Optional.ofNullable(maxRetryDelay);
  }

  /** As set, else empty. */
  public Optional<Integer> maxRetries() {
    return Optional.ofNullable(maxRetries);
  }

  /** As set, else empty: no limit. */
  public Optional<Double> runsPerSecond() {
    return Optional.ofNullable(runsPerSecond);
  }
}
