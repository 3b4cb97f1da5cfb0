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
   * @param subject that item itself, as {@link Managed.Run#subject()} shows it, or null
   */
  void begin(Kind kind, String primitive, @Nullable String item, @Nullable Object subject);

  /** The calling thread goes on. */
  void end();
}
