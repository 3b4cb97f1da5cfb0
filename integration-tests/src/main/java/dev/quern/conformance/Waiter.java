// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A call that has to wait, on a thread of its own, seen to wait before the test goes on. */
final class Waiter {
  /** A look at what must not come, long enough for a wrong provider to show itself. */
  static final Duration GLANCE = Duration.ofMillis(15);

  private Waiter() {}

  /** A call without a result. */
  interface Call {
    void run() throws Exception;
  }

  static <T extends @Nullable Object> Async<T> start(Scene scene, Callable<T> code) {
    return scene.async(code).awaitWaiting();
  }

  static Async<@Nullable Void> start(Scene scene, Call code) {
    return start(
        scene,
        () -> {
          code.run();
          return null;
        });
  }
}
