// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.function.BooleanSupplier;

/** Waits without giving the processor away, where a race is to be hit within microseconds. */
final class Spin {
  private Spin() {}

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Scene.LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("did not happen: " + what);
      }
    }
  }
}
