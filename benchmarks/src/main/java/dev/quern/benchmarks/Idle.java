// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

/** How every thread waits here for another, whoever is measured: it spins, then gives way. */
final class Idle {
  private static final int SPINS = 64;

  private int looks;

  /** Looked in vain. */
  void pause() {
    if (looks < SPINS) {
      looks++;
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /** Found something. */
  void reset() {
    looks = 0;
  }
}
