// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * Whether a worker lingers: it will look at line and runs once more, after {@link #end}. So who
 * appends first, and then finds it set, wakes nobody. All in volatile mode: one of them sees the
 * other.
 */
final class LingerFlag {
  private static final VarHandle SET =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "set", VarHandle.class, LingerFlag.class, boolean.class);

  private volatile boolean set;

  boolean isSet() {
    return set;
  }

  /** False if another one lingers. */
  boolean begin() {
    return !set && SET.compareAndSet(this, false, true);
  }

  void end() {
    set = false;
  }
}
