// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a {@link RunLine}, used round after round. A place is a number; place p of this ring
 * has cell (p - base) mod size, in lap (p - base) / size. A cell's mark says what the cell is in:
 *
 * <pre>
 *   mark: lap (40 bits), burnt (22), phase (2)
 *
 *   phase    next by               means
 *   STANDS   CAS: taker, vacater   the item of the place of that lap stands here
 *   LEAVES   who left it there     that item has been taken or has left: its cell is being emptied
 *   FREE     publish               nobody stands here
 * </pre>
 *
 * <p>A place fits a cell if its lap is the one after lap + burnt. Whoever claimed a place that fits
 * a FREE cell owns the cell until he publishes. Whoever claimed one that fits a cell still in use
 * can't have it: he burns the place, burnt + 1, so that the place of the next lap fits; that a
 * single item stands for long does not make the ring grow. A place that does not fit is of a cell
 * whose owner has not published yet.
 *
 * <p>So what became of a place p is seen by its cell: a later lap, or its own and not STANDS: gone;
 * its own and STANDS: there; an earlier one that burnt reaches up to p: gone; else not published.
 *
 * <p>Why no ABA: each mark of a cell is written once, laps only grow. Ordering: marks are accessed
 * in volatile mode, the item plainly: it is written before STANDS, by the cell's owner, and emptied
 * before FREE, by the one who made the mark LEAVES. The times of a timed ring are written by the
 * cell's owner, too, before STANDS.
 */
final class LineRing {
  static final long MOVED = Long.MIN_VALUE;
  static final long SEAL = 1L << 62;

  static final int STANDS = 1;
  static final int LEAVES = 2;
  static final int FREE = 3;

  /** What {@link #look} says of a place. */
  static final long GONE = -1;

  static final long NOT_YET = -2;

  private static final int BURNT_SHIFT = 2;
  private static final int LAP_SHIFT = 24;
  private static final long BURN = 1L << BURNT_SHIFT;
  private static final long MOST_BURNT = (1L << (LAP_SHIFT - BURNT_SHIFT)) - 2;
  private static final long LAST_LAP = (1L << (Long.SIZE - 1 - LAP_SHIFT)) - 2;

  private static final VarHandle MARK = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "next", VarHandle.class, LineRing.class, LineRing.class);

  final long base;
  private final int lapBits;
  private final @Nullable Object[] items;
  private final long[] marks; // through MARK
  private final @Nullable AtomicLongArray times; // since when they stand; only of a timed ring

  private final LineEnds ends;
  private volatile @Nullable LineRing next;

  /** A ring of 2^sizeBits cells whose first place is {@code base}, sealed or not. */
  LineRing(long base, long seal, int sizeBits) {
    this(base, seal, sizeBits, false);
  }

  LineRing(long base, long seal, int sizeBits, boolean timed) {
    this.base = base;
    this.lapBits = sizeBits;
    this.items = new @Nullable Object[1 << sizeBits];
    this.marks = new long[1 << sizeBits];
    this.times = timed ? new AtomicLongArray(1 << sizeBits) : null;
    Arrays.fill(marks, FREE); // lap 0: the laps of places begin with 1
    this.ends = new LineEnds(base, base | seal);
  }

  /** The next place; SEAL: see RunLine; MOVED: the places go on in the next ring. */
  long tail() {
    return ends.tail();
  }

  /** The next place to be taken. It may lag behind places that are gone. */
  long head() {
    return ends.head();
  }

  int sizeBits() {
    return lapBits;
  }

  int size() {
    return marks.length;
  }

  boolean isTimed() {
    return times != null;
  }

  static long place(long tail) {
    return tail & ~(MOVED | SEAL);
  }

  // ---- Claiming

  /** Whether the place could be claimed at all: its cell's last owner is through. */
  boolean fits(long place) {
    long mark = mark(place);
    long lap = lap(place);
    return lapOf(mark) + burntOf(mark) + 1 == lap && burntOf(mark) < MOST_BURNT && lap < LAST_LAP;
  }

  boolean tryClaim(long end) {
    return ends.stepTail(end, end + 1);
  }

  /** The claimant of a place that fitted: whether the cell is his, else the place is burnt. */
  boolean owns(long place) {
    while (true) {
      long mark = mark(place);
      if (phaseOf(mark) == FREE) {
        return true;
      }
      if (MARK.compareAndSet(marks, cell(place), mark, mark + BURN)) {
        return false;
      }
    }
  }

  /** The owner: who stands at that place, or with null nobody. */
  void publish(long place, @Nullable Object item) {
    long mark = lap(place) << LAP_SHIFT;
    if (item != null) {
      items[cell(place)] = item;
    }
    MARK.setVolatile(marks, cell(place), mark | (item == null ? FREE : STANDS));
  }

  /** The owner, before he publishes, in a timed ring: since when the item stands there. */
  void stamp(long place, long time) {
    Objects.requireNonNull(times).set(cell(place), time);
  }

  /** What was stamped, or a later time if the place is gone. */
  long stamped(long place) {
    return Objects.requireNonNull(times).get(cell(place));
  }

  // ---- Leaving

  /** GONE, NOT_YET, or the mark of the item that stands there, for {@link #leave}. */
  long look(long place) {
    long mark = mark(place);
    long lap = lap(place);
    if (lapOf(mark) == lap) {
      return phaseOf(mark) == STANDS ? mark : GONE;
    }
    return lapOf(mark) + burntOf(mark) >= lap ? GONE : NOT_YET;
  }

  /** The item that stood at that place, for whoever has it leave; null for everybody else. */
  @Nullable Object leave(long place, long mark) {
    int cell = cell(place);
    Object item = items[cell]; // of that mark, if it is still the same
    long seen = mark;
    while (!MARK.compareAndSet(marks, cell, seen, seen + LEAVES - STANDS)) {
      seen = look(place);
      if (seen < 0) {
        return null;
      }
    }
    items[cell] = null;
    MARK.getAndAdd(marks, cell, (long) FREE - LEAVES);
    return item;
  }

  /** The item that stands there, for inspection. */
  @Nullable Object peek(long place) {
    long mark = look(place);
    Object item = mark < 0 ? null : items[cell(place)];
    return look(place) < 0 ? null : item;
  }

  /** The place is gone: head may pass it. */
  void pass(long place) {
    ends.stepHead(place, place + 1);
  }

  /** As {@link #pass}, and with it all behind that are gone: how many they are does not matter. */
  void passAll(long place, long end) {
    long first = end;
    for (int cell = 0; cell < marks.length; cell++) {
      long mark = (long) MARK.getVolatile(marks, cell);
      long lap = phaseOf(mark) == STANDS ? lapOf(mark) : lapOf(mark) + burntOf(mark) + 1;
      first = Math.min(first, base + ((lap - 1) << lapBits) + cell); // the first not gone
    }
    ends.stepHead(place, Math.max(first, place + 1));
  }

  // ---- Rings one after another

  /** The next ring, if places are claimed there: whoever claimed one has seen it here. */
  @Nullable LineRing linked() {
    return next;
  }

  /** The next ring, if this one has been left; made now if need be. */
  @Nullable LineRing next() {
    LineRing found = next;
    long end = ends.tail();
    return found != null || end >= 0
        ? found
        : link(new LineRing(place(end), end & SEAL, lapBits, isTimed()));
  }

  /** Has the places go on in a new ring from here, unless the tail is another by now. */
  void moveOn(long end, int sizeBits) {
    // It may fail: before the step.
    LineRing made = new LineRing(place(end), end & SEAL, sizeBits, isTimed());
    if (ends.stepTail(end, end | MOVED)) {
      link(made);
    }
  }

  private LineRing link(LineRing made) {
    LineRing other = (LineRing) NEXT.compareAndExchange(this, null, made);
    return other == null ? made : other;
  }

  /** No more claims but those of runs that end. False if the places go on in the next ring. */
  boolean seal() {
    while (true) {
      long end = ends.tail();
      if (end < 0) {
        return false;
      }
      if (ends.stepTail(end, end | SEAL)) {
        return true;
      }
    }
  }

  private long mark(long place) {
    return (long) MARK.getVolatile(marks, cell(place));
  }

  private int cell(long place) {
    return (int) (place - base) & (marks.length - 1);
  }

  private long lap(long place) {
    return ((place - base) >>> lapBits) + 1;
  }

  private static long lapOf(long mark) {
    return mark >>> LAP_SHIFT;
  }

  private static long burntOf(long mark) {
    return (mark >>> BURNT_SHIFT) & (MOST_BURNT + 1);
  }

  private static int phaseOf(long mark) {
    return (int) mark & 3;
  }
}
