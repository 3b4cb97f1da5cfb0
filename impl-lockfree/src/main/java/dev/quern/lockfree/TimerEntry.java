// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jspecify.annotations.Nullable;

/**
 * What the timer wheel holds: links, and where the wheel looks. It is embedded in what is timed, so
 * starting a timer allocates nothing. An entry is a hint: the deadline is asked for at each look.
 *
 * <pre>
 *   field           written by                                     read by
 *   chunk, index    the timer thread                               the timer thread
 *   below           who puts it on the intake                      the timer thread
 *   link            null: off the intake, or taken from it; a thread: that one is putting it there,
 *                   and may be held up; ON: the same thread has, and nobody took it yet
 *   lookAt          the timer thread                               both
 * </pre>
 */
abstract class TimerEntry {
  /** No time at all. */
  static final long NEVER = Long.MAX_VALUE;

  /** With the index: the place on the wheel that it was told last, see {@link WheelSlots}. */
  @Nullable WheelChunk chunk;

  int index;

  /** In {@link #link}: it is on the intake. */
  static final Object ON = "on";

  /** Not null while it is on the intake, or about to be put there. */
  volatile @Nullable Object link;

  /** While it is on the intake: what is below. Published by the step that puts it there. */
  @Nullable TimerEntry below;

  /** The wheel looks at it then or before; NEVER if it is not on the wheel. */
  volatile long lookAt = NEVER;

  /** The deadline in nanoseconds since the wheel's origin; NEVER if nothing is delayed. */
  abstract long deadline();

  /** Timer thread: the deadline seems to have come. It may have moved meanwhile. */
  abstract void fire(long now);
}
