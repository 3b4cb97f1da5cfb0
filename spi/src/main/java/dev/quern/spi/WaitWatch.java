// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Kind;
import org.jspecify.annotations.Nullable;

/** Is told of waits without limit while they block (rule G20). */
public interface WaitWatch {
  /**
   * The calling thread is about to block until something is over. {@link #end} has to follow, on
   * the same thread. Never waits.
   *
   * @param kind the kind of primitive that has to get there
   * @param primitive its name
   * @param item the name of what is waited for, or null for the primitive as a whole
   * @param awaited the wait itself
   */
  void begin(Kind kind, String primitive, @Nullable String item, Awaited awaited);

  /** The calling thread goes on. */
  void end();

  /** What a wait is for. Asked by any thread, also after the wait; never waits long. */
  interface Awaited {
    /** Whether the one who waits may go on, even if it has not come to it yet. */
    boolean isOver();

    /**
     * Whether the run of that item that goes on now, if one does, has to end before the wait is
     * over.
     *
     * @param subject the item, as {@link Managed.Run#subject()} shows it
     */
    boolean needs(Object subject);
  }
}
