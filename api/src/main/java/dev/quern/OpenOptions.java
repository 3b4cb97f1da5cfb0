// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a program passes to {@link Quern#open(OpenOptions)}. Immutable; each method returns a copy.
 */
public final class OpenOptions {
  /** No options: configuration and defaults alone. */
  public static final OpenOptions NONE = new OpenOptions(Map.of(), null, null);

  private final Map<String, String> settings;
  private final @Nullable FailureHandler failureHandler;
  private final @Nullable ThreadFactory threadFactory;

  private OpenOptions(
      Map<String, String> settings,
      @Nullable FailureHandler failureHandler,
      @Nullable ThreadFactory threadFactory) {
    this.settings = settings;
    this.failureHandler = failureHandler;
    this.threadFactory = threadFactory;
  }

  /** Sets a configuration key, stronger than every other source (rule R3). */
  public OpenOptions set(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Map<String, String> more = new TreeMap<>(settings);
    more.put(key, value);
    return new OpenOptions(Collections.unmodifiableMap(more), failureHandler, threadFactory);
  }

  /** Hears of what user code threw, instead of the log (rule G5). */
  public OpenOptions onFailure(FailureHandler handler) {
    return new OpenOptions(settings, Objects.requireNonNull(handler, "handler"), threadFactory);
  }

  /**
   * Makes every thread of the runtime; they are given name, priority and daemon status afterwards
   * (rule G13).
   */
  public OpenOptions threadFactory(ThreadFactory factory) {
    return new OpenOptions(settings, failureHandler, Objects.requireNonNull(factory, "factory"));
  }

  /** The keys set so far. */
  public Map<String, String> settings() {
    return settings;
  }

  /** The failure handler, if one was given. */
  public Optional<FailureHandler> failureHandler() {
    return Optional.ofNullable(failureHandler);
  }

  /** The thread factory, if one was given. */
  public Optional<ThreadFactory> threadFactory() {
    return Optional.ofNullable(threadFactory);
  }
}
