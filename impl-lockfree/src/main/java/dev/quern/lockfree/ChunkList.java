// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a buffer: one ring, or a list of chunks that grows in front and is left behind.
 *
 * <pre>
 *   retired -x   first (consumer)  ->  chunk  ->  last (producers)  -> null
 *                                         newest: a hint, first or later
 * </pre>
 *
 * <p>A producer makes the chunk of its place before it takes the place. Two may ask for one: a CAS
 * of the link decides. A place whose CAS then succeeds was the next one all the time, so its chunk
 * cannot have left meanwhile.
 *
 * <p>A chunk leaves when the consumer has taken an item of a later one, or all that is in front of
 * that. Before, {@code newest} is moved past it; a producer that still holds it finds RETIRED and
 * begins again. A producer that fills a list of places goes from chunk to chunk in order, so it has
 * left a chunk when an item of it lies in the next: no one needs the link any more.
 *
 * <p>Non-invariant: newest may lag; each append that finds it so moves it on, and so does one that
 * ends in a later chunk than it began in.
 */
final class ChunkList {
  private static final int LENGTH = 128; // what detach may have to copy, and an idle list keeps

  private static final VarHandle NEWEST =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "newest", VarHandle.class, ChunkList.class, Chunk.class);

  private final boolean ring;
  private volatile Chunk newest;

  private Chunk first; // consumer: the chunk of the item taken last
  private long end; // consumer: where first ends

  private ChunkList(Chunk first, boolean ring, long end) {
    this.ring = ring;
    this.first = first;
    this.newest = first;
    this.end = end;
  }

  /** Slots for that many at once. */
  static ChunkList ring(int capacity) {
    int length = Math.max(2, Integer.highestOneBit(2 * capacity - 1));
    return new ChunkList(Chunk.ring(length), true, 0);
  }

  /** Slots for as many as come, from that position on. */
  static ChunkList growing(long begin) {
    long base = begin - begin % LENGTH;
    return new ChunkList(Chunk.alone(base, LENGTH), false, base + LENGTH);
  }

  /** The one chunk of a ring; null for a list that grows. */
  @Nullable Chunk ring() {
    return ring ? first : null;
  }

  /** Producer: the chunk of that place, with all that so many need; null if the place is stale. */
  @Nullable Chunk find(long place, int count) {
    Chunk begin = newest;
    if (ring) {
      return begin;
    }
    long ahead = Cursors.gap(place, begin.base);
    if (ahead >= 0 && ahead + count <= LENGTH) {
      return begin;
    }
    return ahead < 0 ? null : findAhead(begin, ahead, count);
  }

  private @Nullable Chunk findAhead(Chunk begin, long distance, int count) {
    Chunk chunk = begin;
    long ahead = distance;
    while (chunk != Chunk.RETIRED && ahead >= LENGTH) {
      chunk = chunk.nextOrNew();
      ahead -= LENGTH;
    }
    Chunk last = chunk;
    for (long more = ahead + count; last != Chunk.RETIRED && more > LENGTH; more -= LENGTH) {
      last = last.nextOrNew();
    }
    if (last == Chunk.RETIRED) {
      return null;
    }
    if (chunk != begin) {
      NEWEST.compareAndSet(this, begin, chunk);
    }
    return chunk;
  }

  /**
   * Producer: has filled its places, from the one chunk to the other. If the hint was at the first,
   * no chunk after that has left: the consumer moves the hint on before it leaves one.
   */
  void filled(Chunk from, Chunk last) {
    if (from != last) {
      NEWEST.compareAndSet(this, from, last);
    }
  }

  /** Consumer: the chunk of the next item, whose place is taken. */
  Chunk at(long head) {
    return head == end ? first.next() : first;
  }

  /** Consumer: has taken that item, of the chunk that {@link #at} gave; those before it may go. */
  void enter(Chunk chunk, long head) {
    if (head == end) {
      leaveFor(chunk, head);
    }
  }

  /** Consumer: takes out the items from head to end, which is more. */
  <E> Run<E> detach(long head, long to, SlowAppends slow) {
    return ring ? copy(at(head), head, to, slow) : cutOff(head, to, slow);
  }

  /** The chunk of {@code to} stays, what lies in it is copied; the chunks before it are cut off. */
  private <E> Run<E> cutOff(long head, long to, SlowAppends slow) {
    Chunk chunk = at(head);
    Chunk last = chunkFrom(to);
    long border = to - (to & (LENGTH - 1));
    @Nullable Run<E> whole = head < border ? new Run<>(slow, chunk, head, border) : null;
    @Nullable Run<E> tail = to == border ? null : copy(last, Math.max(head, border), to, slow);
    if (last != first) {
      leaveFor(last, border);
    }
    Run<E> all = Run.join(whole, tail);
    assert all != null : "nothing to detach";
    return all;
  }

  /** Allocates first: an error leaves the items where they are. */
  private static <E> Run<E> copy(Chunk chunk, long from, long to, SlowAppends slow) {
    int count = (int) (to - from);
    Chunk copy = Chunk.alone(0, Math.max(1, Integer.highestOneBit(2 * count - 1)));
    Run<E> run = new Run<>(slow, copy, 0, count);
    for (int i = 0; i < count; i++) {
      Object item = slow.await(chunk, from + i);
      if (item != null) {
        copy.setRelease(i, item);
        chunk.clear(from + i);
      }
    }
    return run;
  }

  /** Consumer: the chunk of a place that may be the next one to be taken; newest may be past it. */
  private Chunk chunkFrom(long place) {
    Chunk chunk = newest;
    long ahead = Cursors.gap(place, chunk.base);
    for (; ahead < 0; ahead += LENGTH) {
      chunk = chunk.previous();
    }
    for (; ahead >= LENGTH; ahead -= LENGTH) {
      chunk = chunk.nextOrNew();
    }
    return chunk;
  }

  private void leaveFor(Chunk chunk, long border) {
    end = border + chunk.length();
    if (chunk == first) {
      return; // the ring
    }
    Chunk lagging = newest;
    while (Cursors.gap(lagging.base, chunk.base) < 0
        && !NEWEST.compareAndSet(this, lagging, chunk)) {
      lagging = newest;
    }
    chunk.becomeFirst();
    first = chunk;
  }
}
