// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.spi.QueueInside;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue as a BlockingQueue (rule Q15). Producers go straight to it. Consumers are one by a lock,
 * which is held for single steps only: neither while anybody waits nor around user code, so that
 * poll, peek and contains never stand behind a take.
 *
 * <p>Who waits looks, with the lock, for an item; a look that finds none has armed the queue's
 * signal, so the next append has all who wait look again, and no wake-up is lost.
 *
 * <p>What has to visit the items makes a {@link Snapshot}, and walks that. To take items out of the
 * middle it finds them again by identity, as they may have gone meanwhile.
 */
final class BlockingView<E> extends AbstractQueue<E> implements BlockingQueue<E> {
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final Queue<E> queue;
  private final QueueInside<E> inside;
  private final ReentrantLock lock = new ReentrantLock();
  private long taken; // guarded by lock: how many left at the front

  BlockingView(Queue<E> queue, QueueInside<E> inside) {
    if (!inside.producersMayWait()) {
      throw new MisuseException(
          "queue \"" + queue.name() + "\": no blocking view of a queue made without producersWait");
    }
    this.queue = queue;
    this.inside = inside;
  }

  // ---- Producers

  @Override
  public boolean add(E item) {
    queue.add(item);
    return true;
  }

  @Override
  public boolean offer(E item) {
    return queue.offer(item);
  }

  @Override
  public void put(E item) throws InterruptedException {
    queue.put(item);
  }

  @Override
  public boolean offer(E item, long timeout, TimeUnit unit) throws InterruptedException {
    return queue.offer(item, Duration.ofNanos(unit.toNanos(timeout)));
  }

  // ---- Consumers

  @Override
  public @Nullable E poll() {
    lock.lock();
    try {
      E item = queue.poll();
      if (item != null) {
        taken++;
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public E take() throws InterruptedException {
    return Objects.requireNonNull(poll(FOREVER), "taken");
  }

  @Override
  public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
    return poll(Duration.ofNanos(unit.toNanos(timeout)));
  }

  /** Null when the limit passed. */
  private @Nullable E poll(Duration limit) throws InterruptedException {
    Look look = new Look();
    inside.await(look, limit);
    return look.item != null ? look.item : closedOrNull();
  }

  /** One wait: over when there is an item, or none to come. */
  private final class Look implements BooleanSupplier {
    private @Nullable E item;

    @Override
    public boolean getAsBoolean() {
      item = poll();
      return item != null || queue.isClosed();
    }
  }

  /** Of a closed queue the rest, then what it throws. */
  private @Nullable E closedOrNull() throws InterruptedException {
    if (!queue.isClosed()) {
      return null;
    }
    lock.lock();
    try {
      E item = queue.poll(Duration.ZERO);
      if (item != null) {
        taken++;
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable E peek() {
    lock.lock();
    try {
      return queue.peek();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int drainTo(Collection<? super E> sink) {
    return drainTo(sink, Integer.MAX_VALUE);
  }

  @Override
  public int drainTo(Collection<? super E> sink, int limit) {
    Objects.requireNonNull(sink, "sink");
    if (sink == this) {
      throw new IllegalArgumentException("sink is this queue itself, must be another collection");
    }
    int most = Math.min(limit, size()); // or producers might keep it going
    for (int count = 0; count < most; count++) {
      E item = poll();
      if (item == null) {
        return count;
      }
      sink.add(item);
    }
    return Math.max(most, 0);
  }

  @Override
  public void clear() {
    lock.lock();
    try {
      taken += queue.size(); // no fewer than are taken now
      queue.detach();
    } finally {
      lock.unlock();
    }
  }

  // ---- Looks

  @Override
  public int size() {
    return queue.size();
  }

  @Override
  public boolean isEmpty() {
    return queue.isEmpty();
  }

  @Override
  public int remainingCapacity() {
    int capacity = queue.capacity();
    return capacity == Integer.MAX_VALUE ? capacity : Math.max(0, capacity - queue.size());
  }

  @Override
  public boolean contains(@Nullable Object item) {
    return item != null && snapshot().items.indexOf(item) >= 0;
  }

  @Override
  public Object[] toArray() {
    return snapshot().items.toArray();
  }

  @Override
  public <T> T[] toArray(T[] array) {
    return snapshot().items.toArray(array);
  }

  @Override
  public void forEach(Consumer<? super E> action) {
    Objects.requireNonNull(action, "action");
    snapshot().items.forEach(action);
  }

  @Override
  public Iterator<E> iterator() {
    return new SnapshotIterator<>(this, snapshot());
  }

  @Override
  public Spliterator<E> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT);
  }

  @Override
  public String toString() {
    return snapshot().items.toString();
  }

  // ---- Taking items out of the middle

  @Override
  public boolean remove(@Nullable Object item) {
    while (item != null) {
      Snapshot<E> snapshot = snapshot();
      int place = snapshot.items.indexOf(item);
      if (place < 0) {
        return false;
      }
      if (remove(snapshot, place)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    Snapshot<E> snapshot = snapshot();
    BitSet places = new BitSet();
    for (int i = 0; i < snapshot.items.size(); i++) {
      if (filter.test(snapshot.items.get(i))) {
        places.set(i);
      }
    }
    return remove(snapshot, places);
  }

  @Override
  public boolean removeAll(Collection<?> items) {
    Objects.requireNonNull(items, "items");
    return removeIf(items::contains);
  }

  @Override
  public boolean retainAll(Collection<?> items) {
    Objects.requireNonNull(items, "items");
    return removeIf(item -> !items.contains(item));
  }

  /** False if the item has gone already. */
  boolean remove(Snapshot<E> snapshot, int place) {
    BitSet places = new BitSet();
    places.set(place);
    return remove(snapshot, places);
  }

  private boolean remove(Snapshot<E> snapshot, BitSet places) {
    if (places.isEmpty()) {
      return false;
    }
    lock.lock();
    try {
      BitSet now = snapshot.findAgain(places, inside.copy(), taken);
      if (!now.isEmpty()) {
        inside.remove(now);
      }
      return !now.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private Snapshot<E> snapshot() {
    lock.lock();
    try {
      return new Snapshot<>(inside.copy(), taken);
    } finally {
      lock.unlock();
    }
  }
}
