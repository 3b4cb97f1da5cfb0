// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

public final class OpenOptions {
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

  public OpenOptions set(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Map<String, String> more = new TreeMap<>(settings);
    more.put(key, value);
    return new OpenOptions(Collections.unmodifiableMap(more), failureHandler, threadFactory);
  }

  public OpenOptions onFailure(FailureHandler handler) {
    return new OpenOptions(settings, Objects.requireNonNull(handler, "handler"), threadFactory);
  }

  public OpenOptions threadFactory(ThreadFactory factory) {
    return new OpenOptions(settings, failureHandler, Objects.requireNonNull(factory, "factory"));
  }

  public Map<String, String> settings() {
    return settings;
  }

  public Optional<FailureHandler> failureHandler() {
    return Optional.ofNullable(failureHandler);
  }

  public Optional<ThreadFactory> threadFactory() {
    return Optional.ofNullable(threadFactory);
  }
}
