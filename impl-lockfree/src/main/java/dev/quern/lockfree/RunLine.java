// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The line in which queued items wait for a lane: many enter, many take. A place in line is a
 * number, from tail at entering, and is used once; its cell says who stands there ({@link
 * LineRing}).
 *
 * <pre>
 *   entering: claim a place (tail + 1); step the item's state to QUEUED at that place; publish
 *   taking:   have the item at head leave its cell; head + 1; step its state from QUEUED there
 *   vacate:   the item leaves its cell before its turn; head passes the place later
 * </pre>
 *
 * <p>The place is claimed before the state shows QUEUED, so whoever sees QUEUED sees the place
 * counted: empty means that nothing is queued, and places have the order in which items became
 * queued, but that an item counts from its claim. An entry is live while its item's state says
 * QUEUED at this very place; any other is stale, and skipped. A place is never used twice, so
 * vacate can't hit a later entry.
 *
 * <p>Cells are used again, so in the steady state nothing is allocated (0 bytes a submission). When
 * the ring is full, the places go on in one of twice the size: its first place is the last tail of
 * the old ring, which is dropped once head has reached its end. Full means: the next place's cell
 * has an owner who has not published yet, or a quarter of the cells in a row is in use. Sealing is
 * a bit of tail, and is handed on to the next ring, so claims and the seal have one order.
 *
 * <p>Non-invariants: first and last may lag behind, and head behind places that are gone; so a line
 * that is not empty may have nobody in it, which the next take finds out.
 *
 * <p>Ordering: publish happens-before take. Progress: entering and vacating are lock-free. Whoever
 * takes waits, spinning, then parking, for a place that is claimed and not published: between the
 * two nobody throws, allocates or runs user code.
 */
final class RunLine {
  /** In place of a place: nobody may enter any more. */
  static final long SEALED = -1;

  private static final int SMALLEST = 6;
  private static final int LARGEST = 28;

  private static final VarHandle FIRST = handle("first");
  private static final VarHandle LAST = handle("last");

  private final Parker parker;
  private volatile LineRing first;
  private volatile LineRing last;

  RunLine(Parker parker) {
    this(parker, false);
  }

  /**
   * @param timed whether it is known since when each stands in line
   */
  RunLine(Parker parker, boolean timed) {
    this.parker = parker;
    this.first = new LineRing(0, 0, SMALLEST, timed);
    this.last = first;
  }

  boolean isTimed() {
    return first.isTimed();
  }

  // ---- Entering

  /**
   * Takes the next place, which {@link #publish} has to follow.
   *
   * @param always also if the line is sealed: for the end of a run
   */
  long claim(boolean always) {
    int burnt = 0;
    while (true) {
      LineRing ring = last();
      long end = ring.tail();
      if (end < 0) {
        continue;
      }
      if ((end & LineRing.SEAL) != 0 && !always) {
        return SEALED;
      }
      long place = LineRing.place(end);
      boolean fits = ring.fits(place);
      if (!fits || burnt > ring.size() >> 2) {
        ring.moveOn(end, fits ? Math.min(ring.sizeBits() + 1, LARGEST) : grown(ring, place));
        burnt = 0;
      } else if (ring.tryClaim(end)) {
        if (ring.owns(place)) {
          return place;
        }
        burnt++;
      }
    }
  }

  /** A place that does not fit means a full ring, or a thread that has been held up for a lap. */
  private static int grown(LineRing ring, long place) {
    boolean full = place - ring.head() >= ring.size();
    return full ? Math.min(ring.sizeBits() + 1, LARGEST) : ring.sizeBits();
  }

  /** Between the two, in a timed line: since when. */
  void stamp(long place, long time) {
    LineRing ring = find(place);
    assert ring != null : "a claimed place is gone";
    ring.stamp(place, time);
  }

  /** Since when the item stands there; a later time if the place is gone. */
  long stamped(long place) {
    LineRing ring = find(place);
    return ring == null ? Long.MAX_VALUE : ring.stamped(place);
  }

  /** Says who stands at the claimed place: the item, or with null nobody. */
  void publish(long place, @Nullable Object item) {
    LineRing ring = find(place);
    assert ring != null : "a claimed place is gone";
    ring.publish(place, item);
  }

  /** The item has left the place; nothing changes if it was taken, or has not been published. */
  void vacate(long place) {
    LineRing ring = find(place);
    if (ring != null) {
      long mark = ring.look(place);
      if (mark >= 0) {
        ring.leave(place, mark);
      }
    }
  }

  /** No more claims but those of runs that end. */
  void seal() {
    while (!last().seal()) {
      // the places have gone on meanwhile
    }
  }

  // ---- Taking

  /**
   * Takes the next that stands in line; null if nobody did at some instant of the call.
   *
   * @param intent told each place that may be the next one taken, before it is
   */
  @Nullable Object take(LongConsumer intent) {
    return take(intent, true);
  }

  /** As {@link #take}, but null also where the next place is claimed and not published yet. */
  @Nullable Object takeReady() {
    return take(place -> {}, false);
  }

  private @Nullable Object take(LongConsumer intent, boolean waits) {
    int looks = 0;
    int passed = 0;
    while (true) {
      LineRing ring = first;
      long place = ring.head();
      long mark = ring.look(place);
      if (mark == LineRing.NOT_YET) {
        long end = ring.tail(); // not before: those who enter write it all the time
        if (place == LineRing.place(end)) {
          if (end >= 0) {
            return null;
          }
          FIRST.compareAndSet(this, ring, ring.next());
          continue;
        }
        if (!waits) {
          return null;
        }
        pause(looks++); // or it is not the head any more
        continue;
      }
      Object found = null;
      if (mark >= 0) {
        intent.accept(place);
        found = ring.leave(place, mark);
      }
      if (++passed > ring.size() && found == null) {
        ring.passAll(place, LineRing.place(ring.tail()));
        passed = 0;
      } else {
        ring.pass(place);
      }
      if (found != null) {
        return found;
      }
    }
  }

  /**
   * Has head pass the places at the front where nobody stands any more: while no lane takes, so
   * that empty means that nothing is queued.
   */
  void passGone() {
    while (true) {
      LineRing ring = first;
      long place = ring.head();
      long end = ring.tail();
      if (place == LineRing.place(end)) {
        if (end >= 0) {
          return;
        }
        FIRST.compareAndSet(this, ring, ring.next());
      } else if (ring.look(place) == LineRing.GONE) {
        ring.pass(place);
      } else {
        return;
      }
    }
  }

  private void pause(int looks) {
    if (looks < 100) {
      Thread.onSpinWait();
    } else if (looks < 1_000) {
      Thread.yield();
    } else {
      parker.parkNanos(this, 50_000);
    }
  }

  /** The end of the line: what is queued now stands before it. */
  long end() {
    return LineRing.place(last().tail());
  }

  /** Where the next is taken: whatever stood before it has been taken. */
  long begin() {
    return first.head();
  }

  boolean isEmpty() {
    return begin() >= end();
  }

  /** Who stands in line, from the first on: a snapshot, for cold paths. */
  void forEach(Consumer<Object> action) {
    for (LineRing ring = first; ring != null; ring = ring.next()) {
      long end = LineRing.place(ring.tail());
      for (long place = ring.head(); place < end; place++) {
        Object found = ring.peek(place);
        if (found != null) {
          action.accept(found);
        }
      }
    }
  }

  // ---- Rings

  /** The ring in which places are claimed, or was a moment ago. */
  private LineRing last() {
    LineRing ring = last;
    LineRing next = ring.next();
    while (next != null) {
      LAST.compareAndSet(this, ring, next);
      ring = next;
      next = ring.next();
    }
    return ring;
  }

  /** The ring of a claimed place; null if head has passed it for long. */
  private @Nullable LineRing find(long place) {
    LineRing ring = last;
    if (place < ring.base) {
      ring = first;
      if (place < ring.base) {
        return null;
      }
    }
    for (LineRing next = ring.linked(); next != null && next.base <= place; next = ring.linked()) {
      ring = next;
    }
    return ring;
  }

  /** How many cells there are, for tests. */
  int cells() {
    int cells = 0;
    for (LineRing ring = first; ring != null; ring = ring.next()) {
      cells += ring.size();
    }
    return cells;
  }

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        lookup(), field, VarHandle.class, RunLine.class, LineRing.class);
  }
}
