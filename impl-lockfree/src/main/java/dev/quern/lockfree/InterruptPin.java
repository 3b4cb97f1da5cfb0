// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * Keeps a thread's run from being followed by another one while it is being interrupted, so that an
 * interrupt meant for a run cannot come to the next (rule G5).
 *
 * <pre>
 *   who interrupts           the thread, at the end of each run
 *   pinned = true            running = false, in volatile mode
 *   if running: interrupt    await pinned == false
 *   pinned = false           clear the flag
 * </pre>
 *
 * <p>Right because both look after they wrote: either who interrupts sees the end and lets it be,
 * or the thread sees the pin, waits, and clears what came. Who finds it pinned already leaves it to
 * the other. Progress: the thread waits for a few instructions of who interrupts, which happens at
 * a runtime's close only.
 */
final class InterruptPin {
  private static final VarHandle PINNED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "pinned", VarHandle.class, InterruptPin.class, boolean.class);

  private volatile boolean pinned;

  void interrupt(Thread thread, BooleanSupplier running) {
    if (PINNED.compareAndSet(this, false, true)) {
      try {
        if (running.getAsBoolean()) {
          thread.interrupt();
        }
      } finally {
        pinned = false;
      }
    }
  }

  /** The thread, after it wrote that its run is over. */
  void endRun() {
    for (int looks = 0; pinned; looks++) {
      if (looks < 100) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    Thread.interrupted();
  }
}
