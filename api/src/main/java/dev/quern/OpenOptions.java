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
  public static final OpenOptions NONE = new OpenOptions(Map.of(), null, null, null);

  private final Map<String, String> settings;
  private final @Nullable FailureHandler failureHandler;
  private final @Nullable ThreadFactory threadFactory;
  private final @Nullable ContextHook contextHook;

  private OpenOptions(
      Map<String, String> settings,
      @Nullable FailureHandler failureHandler,
      @Nullable ThreadFactory threadFactory,
      @Nullable ContextHook contextHook) {
    this.settings = settings;
    this.failureHandler = failureHandler;
    this.threadFactory = threadFactory;
    this.contextHook = contextHook;
  }

  /** Sets a configuration key, stronger than every other source (rule R3). */
  public OpenOptions set(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Map<String, String> more = new TreeMap<>(settings);
    more.put(key, value);
    return new OpenOptions(
        Collections.unmodifiableMap(more), failureHandler, threadFactory, contextHook);
  }

  /** Hears of what user code threw, instead of the log (rule G5). */
  public OpenOptions onFailure(FailureHandler handler) {
    return new OpenOptions(
        settings, Objects.requireNonNull(handler, "handler"), threadFactory, contextHook);
  }

  /**
   * Makes every thread of the runtime; they are given name, priority and daemon status afterwards
   * (rule G13).
   */
  public OpenOptions threadFactory(ThreadFactory factory) {
    return new OpenOptions(
        settings, failureHandler, Objects.requireNonNull(factory, "factory"), contextHook);
  }

  /**
   * Carries the context of whoever submits something over to its run (rule G21). Without one
   * nothing is carried, and nothing is paid.
   */
  public OpenOptions contextHook(ContextHook hook) {
    return new OpenOptions(
        settings, failureHandler, threadFactory, Objects.requireNonNull(hook, "hook"));
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

  /** The context hook, if one was given. */
  public Optional<ContextHook> contextHook() {
    return Optional.ofNullable(contextHook);
  }
}
