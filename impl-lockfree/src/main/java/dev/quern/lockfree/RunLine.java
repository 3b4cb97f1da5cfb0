// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The line in which queued items wait for a lane: many enter, many take. A place in line is a
 * number, from tail at entering, and is used once; its cell says who stands there.
 *
 * <pre>
 *   cell of a place   null  -> item   publish: it stands there
 *                     null  -> VOID   publish: it does not, after all
 *                     item  -> VOID   vacate: it has been taken away; the line lets go of it
 *                     any   -> TAKEN  take: head has passed
 *
 *   entering: claim a place (tail + 1); step the item's state to QUEUED at that place; publish
 *   taking:   read the cell at head; head + 1; step the item's state from QUEUED at that place
 * </pre>
 *
 * <p>The place is claimed before the state shows QUEUED, so whoever sees QUEUED sees the place
 * counted: empty means that nothing is queued, and places have the order in which items became
 * queued, but that an item counts from its claim. An entry is live while its item's state says
 * QUEUED at this very place; any other is stale, and skipped. A place is never used twice, so
 * vacate can't hit a later entry.
 *
 * <p>Cells are in segments of 128, a chain from first to last. It is permitted for first to lag
 * behind head, and for last behind tail. A segment whose places are all vacated is unlinked, so
 * that items queued and cancelled while no lane comes by leave nothing behind.
 *
 * <p>Ordering: publish happens-before take. Sealing is a bit of tail: claims and the seal have one
 * order. Progress: entering is lock-free. Whoever takes waits, spinning, for a place that is
 * claimed and not published: between the two nobody throws, allocates or runs user code.
 */
final class RunLine {
  /** In place of a place: nobody may enter any more. */
  static final long SEALED = -1;

  private static final long SEAL = Long.MIN_VALUE;
  private static final int SIZE = 128;
  private static final Object VOID = new Object();
  private static final Object TAKEN = new Object();

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "next", VarHandle.class, Segment.class, Segment.class);
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "tail", VarHandle.class, RunLine.class, long.class);
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "head", VarHandle.class, RunLine.class, long.class);
  private static final VarHandle FIRST =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "first", VarHandle.class, RunLine.class, Segment.class);
  private static final VarHandle LAST =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "last", VarHandle.class, RunLine.class, Segment.class);

  private static final class Segment {
    final long base;
    final @Nullable Object[] cells = new @Nullable Object[SIZE];
    volatile @Nullable Segment next;

    Segment(long base) {
      this.base = base;
    }

    @Nullable Object get(long place) {
      return CELL.getVolatile(cells, (int) (place - base));
    }

    void set(long place, Object value) {
      CELL.setVolatile(cells, (int) (place - base), value);
    }
  }

  private volatile long tail; // the next place, and SEAL
  private volatile long head; // the next to be taken
  private volatile Segment first = new Segment(0);
  private volatile Segment last = first;

  private final Parker parker;

  RunLine(Parker parker) {
    this.parker = parker;
  }

  // ---- Entering

  /**
   * Takes the next place, which {@link #publish} has to follow.
   *
   * @param always also if the line is sealed: for the end of a run
   */
  long claim(boolean always) {
    while (true) {
      long end = tail;
      if (end < 0 && !always) {
        return SEALED;
      }
      long place = end & ~SEAL;
      Segment segment = find(place, true); // allocated before the claim, never after
      if (segment != null && TAIL.compareAndSet(this, end, end + 1)) {
        return place;
      }
    }
  }

  /** Says who stands at the claimed place: the item, or with null nobody. */
  void publish(long place, @Nullable Object item) {
    Segment segment = find(place, false);
    assert segment != null : "a claimed place is gone";
    segment.set(place, item == null ? VOID : item);
  }

  /** The item has left the place; nothing changes if the place has been taken. */
  void vacate(long place, Object item) {
    Segment segment = place < head ? null : find(place, false);
    if (segment != null) {
      CELL.compareAndSet(segment.cells, (int) (place - segment.base), item, VOID);
    }
  }

  /** No more claims but those of runs that end. */
  void seal() {
    TAIL.getAndBitwiseOr(this, SEAL);
  }

  // ---- Taking

  /** Takes the next that stands in line; null if nobody did at some instant of the call. */
  @Nullable Object take(LongConsumer intent) {
    for (int looks = 0; ; looks++) {
      long place = head;
      if (place >= end()) {
        return null;
      }
      Segment segment = find(place, false);
      Object found = segment == null ? null : segment.get(place);
      if (segment == null || found == null) {
        pause(looks); // not published yet, or not the head any more
        continue;
      }
      intent.accept(place);
      if (HEAD.compareAndSet(this, place, place + 1)) {
        segment.set(place, TAKEN);
        letGo();
        if (found != VOID) {
          return found;
        }
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
    return tail & ~SEAL;
  }

  /** Where the next is taken: whatever stood before it has been taken. */
  long begin() {
    return head;
  }

  boolean isEmpty() {
    return head >= end();
  }

  /** Who stands in line, from the first on: a snapshot, for cold paths. */
  void forEach(Consumer<Object> action) {
    long end = end();
    for (long place = head; place < end; place++) {
      Segment segment = find(place, false);
      Object found = segment == null ? null : segment.get(place);
      if (found != null && found != VOID && found != TAKEN) {
        action.accept(found);
      }
    }
  }

  // ---- Segments

  /** The segment of a place that has not been taken; null if it has, or is not there yet. */
  private @Nullable Segment find(long place, boolean create) {
    Segment newest = last;
    Segment segment = newest.base <= place ? newest : first;
    if (place < segment.base) {
      return null;
    }
    while (place - segment.base >= SIZE) {
      Segment next = segment.next;
      if (next == null) {
        if (!create) {
          return null;
        }
        Segment made = new Segment(segment.base + SIZE);
        Segment other = (Segment) NEXT.compareAndExchange(segment, null, made);
        next = other == null ? made : other;
      }
      segment = next;
    }
    if (create && segment != newest) {
      moveOn(newest, segment);
    }
    return segment;
  }

  private void moveOn(Segment from, Segment to) {
    Segment newest = from;
    while (newest.base < to.base && !LAST.compareAndSet(this, newest, to)) {
      newest = last;
    }
  }

  /** Drops the segments that head has passed. */
  private void letGo() {
    Segment oldest = first;
    Segment next = oldest.next;
    if (head - oldest.base >= SIZE && next != null) {
      FIRST.compareAndSet(this, oldest, next);
    }
  }
}
