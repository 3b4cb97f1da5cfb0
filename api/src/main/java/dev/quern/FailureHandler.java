// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * Hears of what user code threw. Written by users; the default one logs at ERROR. Rules G5, G16.
 */
@FunctionalInterface
public interface FailureHandler {
  /**
   * Called once for each throwable, on the thread where it was thrown, inside the primitive and
   * with no lock of ours held. May submit anywhere. What it throws itself is logged; it is never
   * called again from inside itself. Rules G5, G6, G16.
   */
  void failed(Failure failure);
}
