// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

/**
 * How long a worker that has found nothing looks on before it parks. To wake it costs its submitter
 * as much as some hundred small jobs; and who looks at once, and again, drags the end of the line
 * over for each job: so it lets a microsecond's work gather between two looks.
 *
 * <p>Only the last that is up lingers, since others would come for what is submitted, and a third
 * thread that looks on two processors costs more than it saves. One at a time, and while it does
 * nobody else is woken: see {@link PoolStaff}. It counts as searching. Between two looks it yields,
 * since on few processors it may be the submitter that it keeps waiting. It lingers longer where
 * that paid, down to one look where it did not; so a pool that idles hardly costs anything.
 */
final class Linger {
  private static final int LONGEST = 32;
  private static final int SPINS = 32; // about a microsecond
  private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

  private int looks = 1;

  /** The worker, searching. True if there may be something; it searches again in any case. */
  boolean lasts(LockfreeThreadPool pool, PoolWorker me) {
    PoolStaff staff = pool.staff;
    if (ALONE || pool.isVirtual || staff.othersAreUp(me) || !staff.lingers.begin()) {
      return false;
    }
    boolean found = false;
    try {
      for (int i = 0; i < looks && !found && !pool.isOver(); i++) {
        pause(i);
        found = staff.workWaits();
      }
    } finally {
      staff.lingers.end();
    }
    looks = found ? Math.min(2 * looks, LONGEST) : Math.max(looks / 2, 1);
    return found || staff.workWaits();
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
