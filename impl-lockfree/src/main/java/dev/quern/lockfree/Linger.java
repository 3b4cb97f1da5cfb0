// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.function.BooleanSupplier;

/**
 * How long one that has found nothing, a worker of a pool or a lane of a work queue, looks on
 * before it parks or leaves. To have it come again costs a submitter as much as some hundred small
 * jobs; and who looks at once, and again, drags the end of the line over for each job: so it lets a
 * microsecond's work gather between two looks.
 *
 * <p>One at a time, which the flag says, and while it does nobody else is woken: see {@link
 * PoolStaff} and {@link WorkLanes}. Between two looks it yields, since on few processors it may be
 * the submitter that it keeps waiting. It lingers longer where that paid, down to one look where it
 * did not; so what idles hardly costs anything.
 */
final class Linger {
  private static final int LONGEST = 32;
  private static final int SPINS = 32; // about a microsecond
  private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

  private final LingerFlag flag;
  private final BooleanSupplier may;
  private final BooleanSupplier waits;
  private int looks = 1;

  /**
   * @param may whether it may, or may go on
   * @param waits whether there is something to do
   */
  Linger(LingerFlag flag, BooleanSupplier may, BooleanSupplier waits) {
    this.flag = flag;
    this.may = may;
    this.waits = waits;
  }

  /** Whether there is something; the caller looks again in any case, see {@link LingerFlag}. */
  boolean finds() {
    if (ALONE || !may.getAsBoolean() || !flag.begin()) {
      return false;
    }
    boolean found = false;
    try {
      for (int i = 0; i < looks && !found && may.getAsBoolean(); i++) {
        pause(i);
        found = waits.getAsBoolean();
      }
    } finally {
      flag.end();
    }
    looks = found ? Math.min(2 * looks, LONGEST) : Math.max(looks / 2, 1);
    return found;
  }

  private static void pause(int look) {
    for (int i = 0; i < SPINS; i++) {
      Thread.onSpinWait();
    }
    if (look > 0) {
      Thread.yield();
    }
  }
}
