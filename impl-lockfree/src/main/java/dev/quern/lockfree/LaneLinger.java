// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

/**
 * How long a lane that has found nothing looks on before it leaves. To have it come again costs a
 * submitter as much as a hundred small runs; and who looks at once, and again, drags the end of the
 * line over for each item: so it lets a microsecond's work gather between two looks.
 *
 * <p>One lane of a queue lingers at a time, and while it does no other is engaged: see {@link
 * WorkLanes}. To everybody else it is a lane that has left. Between two looks it yields, since it
 * may be the submitter that it keeps waiting. It lingers longer where that paid, down to one look
 * where it did not; so a queue that idles hardly costs anything.
 */
final class LaneLinger {
  private static final int LONGEST = 32;
  private static final int SPINS = 32; // about a microsecond
  private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

  private int looks = 1;

  /** The lane, with no item and no thread to show. Whether there is something in line. */
  boolean finds(WorkCore core) {
    if (ALONE || !core.lanes.beginLinger()) {
      return false;
    }
    boolean found = false;
    try {
      for (int i = 0; i < looks && !found && core.lanes.mayLinger(); i++) {
        pause(i);
        found = !core.line.isEmpty();
      }
    } finally {
      core.lanes.endLinger();
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
