// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A context that threads have, as a logging library has one, and a hook that carries it over. */
final class CarriedContext implements ContextHook {
  /** Something to do as somebody. */
  interface Act<T> {
    T act() throws Exception;
  }

  @SuppressWarnings("ThreadLocalUsage") // one a test
  private final ThreadLocal<@Nullable Object> current = new ThreadLocal<>();

  private final AtomicInteger captures = new AtomicInteger();

  /** A runtime that has this hook. */
  Quern open(Scene scene) {
    return scene.open(OpenOptions.NONE.contextHook(this));
  }

  @Override
  public Action capture(Action run) {
    captures.incrementAndGet();
    Object context = current.get();
    return () -> {
      Object before = current.get();
      current.set(context);
      try {
        run.run();
      } finally {
        current.set(before);
      }
    };
  }

  /** How often the hook was asked. */
  int captures() {
    return captures.get();
  }

  /** The context of the calling thread. */
  @Nullable Object get() {
    return current.get();
  }

  /** Does that in this context, on this thread. */
  <T> T as(Object context, Act<T> act) {
    Object before = current.get();
    current.set(context);
    try {
      return act.act();
    } catch (Exception e) {
      throw new AssertionError("as " + context, e);
    } finally {
      current.set(before);
    }
  }
}
