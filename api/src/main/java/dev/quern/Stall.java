// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A run or a wait that is longer than its limit. Rule W18.
 *
 * @param kind the kind of primitive
 * @param primitive the primitive's name
 * @param item the item's name, where the primitive names its items
 * @param phase what it does for so long
 * @param elapsed for how long so far
 * @param stack where the worker is; empty for a wait, and if the run ended while it was looked at
 */
public record Stall(
    Kind kind,
    String primitive,
    Optional<String> item,
    Phase phase,
    Duration elapsed,
    List<StackTraceElement> stack) {
  /** Checks that nothing is missing, and copies the list. */
  public Stall {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(primitive, "primitive");
    Objects.requireNonNull(item, "item");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(elapsed, "elapsed");
    stack = List.copyOf(stack);
  }

  /** What an item does for too long. */
  public enum Phase {
    /** It stands in line, and no worker takes it. */
    WAITING,
    /** Its body runs. */
    RUNNING
  }
}
