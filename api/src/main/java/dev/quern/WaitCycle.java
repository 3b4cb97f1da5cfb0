// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Workers that wait for what only they could run, each for the next as far as that is an order.
 * Rule G20.
 *
 * @param links the workers
 */
public record WaitCycle(List<Link> links) {
  /** Copies the list. */
  public WaitCycle {
    links = List.copyOf(links);
  }

  /**
   * A worker that waits.
   *
   * @param thread the name of its thread
   * @param runs what it runs
   * @param awaits what it waits for
   */
  public record Link(String thread, Part runs, Part awaits) {
    /** Checks that nothing is missing. */
    public Link {
      Objects.requireNonNull(thread, "thread");
      Objects.requireNonNull(runs, "runs");
      Objects.requireNonNull(awaits, "awaits");
    }
  }

  /**
   * What runs or is waited for.
   *
   * @param kind the kind of primitive
   * @param primitive the primitive's name
   * @param item the item's name, where it is not the primitive as a whole
   */
  public record Part(Kind kind, String primitive, Optional<String> item) {
    /** Checks that nothing is missing. */
    public Part {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(primitive, "primitive");
      Objects.requireNonNull(item, "item");
    }
  }
}
