// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.TaskContextSpec;
import dev.quern.config.runtime.Maker.Plan;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The plans of contexts that were made last. A program that gives each of a million connections a
 * context of its own makes them of one spec, or of a few: what follows from that, some 400 bytes of
 * merged spec, settings and their words, is then there once. The settings never change, so neither
 * does a plan.
 *
 * <p>A name has one place, shared with names of a like hash: what is forgotten is worked out again.
 */
final class ContextPlans {
  private static final int PLACES = 64;

  private final AtomicReferenceArray<@Nullable Kept> places = new AtomicReferenceArray<>(PLACES);

  private record Kept(TaskContextSpec asked, Plan<TaskContextSpec> plan) {}

  /** The plan for that spec; worked out if it is not known. */
  Plan<TaskContextSpec> of(TaskContextSpec asked, Supplier<Plan<TaskContextSpec>> workOut) {
    int place = (asked.name().hashCode() & Integer.MAX_VALUE) % PLACES;
    Kept kept = places.get(place);
    if (kept != null && isSame(kept.asked, asked)) {
      return kept.plan;
    }
    Plan<TaskContextSpec> plan = workOut.get();
    places.set(place, new Kept(asked, plan));
    return plan;
  }

  private static boolean isSame(TaskContextSpec a, TaskContextSpec b) {
    return a.name().equals(b.name())
        && a.maxInline().equals(b.maxInline())
        && a.maxInlineTime().equals(b.maxInlineTime())
        && a.pool().equals(b.pool());
  }
}
