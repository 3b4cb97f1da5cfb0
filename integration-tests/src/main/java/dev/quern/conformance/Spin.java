// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.function.BooleanSupplier;

/** Looks at what other threads do, more closely than {@link Scene} does. */
final class Spin {
  private Spin() {}

  /** Waits without giving the processor away, where a race is to be hit within microseconds. */
  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Scene.LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("did not happen: " + what);
      }
    }
  }

  /**
   * Fails if what waited has been let go; gives a thread that was woken by mistake time to show.
   */
  static void assertStillWaiting(Scene scene, Async<?> waiting) {
    for (int i = 0; i < 3; i++) {
      scene.async(() -> "another thread had its turn").result();
      waiting.awaitWaiting();
    }
  }
}
