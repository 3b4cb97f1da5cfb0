// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import org.jspecify.annotations.Nullable;

/** A place in a context's chain. */
abstract class Turn {
  /** What runs when a turn has come. */
  interface Run extends Action {
    /** Runner, after the code. What it threw was reported, unless the run keeps it for a caller. */
    boolean end(boolean ok);

    @Nullable String item();

    /** The user's object, whose class loader is the context loader on a thread of ours. */
    Object code();
  }

  /** The one pushed before; once the chain is taken, the one to run after. */
  @Nullable Turn next;

  /** How many turns that count are in the chain up to here. Written before the push. */
  int depth;

  /** Whether it is a run in the statistics. */
  abstract boolean counts();

  /**
   * Runner: what to run, pending no more; null if nothing. From here on the turn may be in the
   * chain again.
   */
  abstract @Nullable Run begin();

  /** The context broke: it will not run. */
  abstract void drop();

  /** Whether it was taken back, so that its place may be dropped. Any thread. */
  abstract boolean isDead();

  /** The item's name; null if it has none, or was taken back. */
  abstract @Nullable String item();
}
