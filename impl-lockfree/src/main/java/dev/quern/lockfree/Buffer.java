// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a queue keeps its items: any thread appends, one thread at a time takes.
 *
 * <pre>
 *   producer                               consumer
 *   finds room and a slot                  looks how far the appends have come
 *   takes its place: one CAS of the word   awaits the item of its slot
 *   puts the item into the slot            empties the slot, publishes how many it took
 * </pre>
 *
 * <p>An append counts from its CAS ({@link Cursors}), whose order is the order of the items.
 * Between that and the slot it neither allocates nor calls anybody. Empty means that no place was
 * taken, never that a slot is null.
 *
 * <p>Slots: a small bound has a ring of its own, at least as large; a large one, or none, has a
 * list of chunks ({@link ChunkList}), as many as the items need. What was restored is kept in front
 * of both, as {@link Run}s; they count, but have left the slots: {@code head} is where the slots
 * begin, {@code head - restored} is what is taken for good.
 *
 * <p>It is its own {@link Cursors}, not their owner: as a field they would be one more load in a
 * row of them, for each step.
 *
 * <p>The slots from {@code head} up to {@code seen} are the consumer's alone. So an item is taken
 * out of the middle by moving those in front of it up by one: then one leaves in front as ever.
 *
 * <p>Ordering: an append happens-before the taking of its item, by the slot; a taking
 * happens-before the append that uses its room, by {@code taken}. Progress: appends are lock-free,
 * none waits for another thread; taking is wait-free but for appends that have their place and no
 * item yet, for which it waits ({@link SlowAppends}).
 */
final class Buffer<E> extends Cursors {
  /** What an append came to. */
  enum Appended {
    /** No room at some instant of the call; nothing changed. */
    FULL,
    /** The buffer was closed; nothing changed. */
    CLOSED,
    /** It is in. */
    QUIET,
    /** It is in, and its caller is the one to signal. */
    SIGNAL
  }

  private static final int LARGEST_RING = 1 << 16;

  private final SlowAppends slow;
  private final ChunkList chunks;
  private final @Nullable Chunk ring; // all there is of the list, if it is one

  private @Nullable Run<E> front; // consumer: restored, not empty
  private long restored; // consumer: how many are in front

  /**
   * @param capacity exactly how many it holds; zero: no bound
   * @param producersWait whether producers wait for what the consumer takes: it then pays a fence
   * @param begin the first position, also of the slots
   */
  Buffer(int capacity, boolean producersWait, Parker parker, long begin, ChunkList slots) {
    super(capacity, producersWait, begin);
    this.slow = new SlowAppends(parker);
    this.chunks = slots;
    this.ring = slots.ring();
  }

  /** One that holds exactly so many. */
  static <E> Buffer<E> bounded(int capacity, boolean producersWait, Parker parker) {
    ChunkList slots = capacity <= LARGEST_RING ? ChunkList.ring(capacity) : ChunkList.growing(0);
    return new Buffer<>(capacity, producersWait, parker, 0, slots);
  }

  static <E> Buffer<E> unbounded(Parker parker) {
    return new Buffer<>(0, false, parker, 0, ChunkList.growing(0));
  }

  /** Any thread. Never waits. */
  Appended append(E item) {
    while (true) {
      long word = admit(1);
      if (word < 0) {
        return word == FULL ? Appended.FULL : Appended.CLOSED;
      }
      long place = position(word);
      Chunk chunk = find(place, 1);
      if (chunk != null && tryAppend(word, 1)) {
        chunk.setRelease(place, item);
        return isArmed(word) ? Appended.SIGNAL : Appended.QUIET;
      }
      Thread.onSpinWait(); // lost the race: the winner may append some more without a fight
    }
  }

  /**
   * Any thread: all or none, next to each other. The array is private to the call, without nulls,
   * not empty.
   */
  Appended appendAll(E[] items) {
    int count = items.length;
    while (true) {
      long word = admit(count);
      if (word < 0) {
        return word == FULL ? Appended.FULL : Appended.CLOSED;
      }
      long place = position(word);
      Chunk chunk = find(place, count);
      if (chunk != null && tryAppend(word, count)) {
        fill(chunk, place, items);
        return isArmed(word) ? Appended.SIGNAL : Appended.QUIET;
      }
      Thread.onSpinWait();
    }
  }

  private @Nullable Chunk find(long place, int count) {
    Chunk only = ring;
    return only != null ? only : chunks.find(place, count);
  }

  /** In order: the consumer leaves a chunk when it has an item of the next one, see ChunkList. */
  private void fill(Chunk first, long place, Object[] items) {
    Chunk chunk = first;
    int done = chunk.fillRelease(place, items, 0);
    while (done < items.length) {
      chunk = chunk.next();
      done += chunk.fillRelease(place + done, items, done);
    }
    chunks.filled(first, chunk);
  }

  /** Consumer. Null only if the buffer was empty at some instant of the call; it is armed then. */
  @Nullable E poll() {
    return poll(true);
  }

  /** Consumer: the same, and arms only if asked to: for those whom nobody has to wake. */
  @Nullable E poll(boolean arm) {
    Run<E> first = front;
    if (first != null) {
      return takeRestored(first);
    }
    long head = head();
    if (head == seen() && look(head, arm) == head) {
      return null;
    }
    E item = takeSlot(head);
    if (item != null) {
      leave(head + 1);
    }
    return item;
  }

  @SuppressWarnings("unchecked") // only append puts items in
  private @Nullable E takeSlot(long head) {
    Chunk only = ring;
    if (only != null) {
      return (E) slow.take(only, head);
    }
    Chunk chunk = chunks.at(head);
    E item = (E) slow.take(chunk, head);
    if (item != null) {
      chunks.enter(chunk, head);
    }
    return item;
  }

  /** Consumer: whether the next poll would have to look for what was appended lately. */
  boolean isUsedUp() {
    return head() == seen() && front == null;
  }

  /** Consumer, when it is used up: how much was appended since. Arms nothing. */
  long lookAhead() {
    long head = head();
    return look(head, false) - head;
  }

  /** Consumer. Arms nothing. */
  @Nullable E peek() {
    if (front != null) {
      return front.peek();
    }
    long head = head();
    if (head == seen() && look(head, false) == head) {
      return null;
    }
    return await(chunks.at(head), head);
  }

  /**
   * Consumer: takes all there is, and arms. One step for the list of chunks, with up to a chunk to
   * copy; a copy for a ring. Null if nothing was there.
   */
  @Nullable Run<E> detach() {
    long head = head();
    long end = arm(head);
    Run<E> all = Run.join(front, end == head ? null : chunks.<E>detach(head, end, slow));
    front = null;
    restored = 0;
    leave(end);
    return all;
  }

  /** Consumer: puts it in front of everything. The run is the buffer's from now on. */
  void restore(@Nullable Run<E> run) {
    Run<E> back = Run.skipEmpty(run);
    if (back != null) {
      restored += Run.count(back);
      front = Run.join(back, front);
      restore(head() - restored);
    }
  }

  /** Consumer: all there is, in order. Arms nothing. */
  List<E> copy() {
    long head = head();
    long end = look(head, false);
    List<E> all = new ArrayList<>((int) (restored + (end - head)));
    for (Run<E> run = front; run != null; run = run.rest()) {
      run.copyTo(all);
    }
    if (head != end) {
      new Run<E>(slow, chunks.at(head), head, end).copyTo(all);
    }
    return all;
  }

  /**
   * Consumer: takes out the items at these places, counted from the front. As many slots as that
   * leave in front; what was in them and stays moves up. Allocates first: an error leaves all as it
   * was.
   */
  void remove(BitSet places) {
    int inFront = (int) restored;
    List<E> all = copy();
    List<E> kept = new ArrayList<>();
    int gone = 0;
    for (int i = inFront; i < places.length(); i++) {
      if (places.get(i)) {
        gone++;
      } else {
        kept.add(all.get(i));
      }
    }
    if (places.get(0, inFront).cardinality() > 0) {
      removeRestored(places, all.subList(0, inFront));
    }
    leaveFront(gone);
    long head = head();
    if (!kept.isEmpty()) {
      Run.put(chunks.at(head), head, kept);
    }
    publish(head - restored);
  }

  private void removeRestored(BitSet places, List<E> all) {
    List<E> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (!places.get(i)) {
        kept.add(all.get(i));
      }
    }
    front = kept.isEmpty() ? null : Run.of(kept, slow);
    restored = kept.size();
  }

  private void leaveFront(int count) {
    for (int i = 0; i < count; i++) {
      long head = head();
      Chunk chunk = chunks.at(head);
      chunk.clear(head);
      chunks.enter(chunk, head);
      moveHead(head + 1);
    }
  }

  /** As close; and who waits for a slow append waits no longer (rule G17). */
  void breakDown() {
    close();
    slow.giveUp();
  }

  boolean isEmpty() {
    return size() == 0;
  }

  private E takeRestored(Run<E> first) {
    E item = first.take();
    front = Run.skipEmpty(first);
    restored--;
    publish(head() - restored);
    return item;
  }

  @SuppressWarnings("unchecked") // only append puts items in
  private @Nullable E await(Chunk chunk, long place) {
    return (E) slow.await(chunk, place);
  }
}
