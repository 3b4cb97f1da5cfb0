// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Call;
import dev.quern.ClosedException;
import dev.quern.Inlet;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The producers' side of both kinds of queue: a deque with an exact bound, and one lock for all.
 *
 * <p>An append is one critical section, so the appends have one order, and each happens-before the
 * removal of its item (G2). What an append sets off that is user code runs after the lock is free.
 *
 * <p>Waiting producers: whoever frees one place signals one of them, whoever frees many signals
 * all. A signalled producer that finds the place gone waits again, and the place is then in use;
 * one that is interrupted or out of time at the moment of the signal either gets the signal, and
 * then looks for room first, or the next waiter does (see {@link Condition#await()}). So none is
 * lost.
 */
abstract class QueueInlet<E> implements Inlet<E>, Managed {
  private enum Outcome {
    REFUSED,
    ACCEPTED,
    SIGNAL // accepted, and afterAppend is wanted
  }

  final Host host;
  final ReentrantLock lock = new ReentrantLock();
  private final Kind kind;
  private final String name;
  private final boolean bounded;
  private final int capacity;
  private final boolean producersWait;
  final Condition notFull = lock.newCondition();

  ArrayDeque<E> items = new ArrayDeque<>(); // guarded by lock

  /** What a context hook made of each item, if there is one; else empty. Guarded by lock. */
  final ArrayDeque<Action> captured = new ArrayDeque<>();

  private boolean closed; // guarded by lock
  private @Nullable Throwable broken; // guarded by lock; rule G17
  long accepted; // guarded by lock
  long refused; // guarded by lock

  QueueInlet(Host host, Kind kind, String name, Optional<Integer> capacity, boolean producersWait) {
    this.host = host;
    this.kind = kind;
    this.name = name;
    this.bounded = capacity.isPresent();
    this.capacity = capacity.orElse(Integer.MAX_VALUE);
    this.producersWait = producersWait;
  }

  /** With the lock held: how many items count. */
  int held() {
    return items.size();
  }

  /** After an append, with the lock held. Returns whether {@link #afterAppend} is wanted. */
  abstract boolean appended();

  /** What an append sets off, without the lock. */
  abstract void afterAppend();

  /**
   * Our own code failed (rule G17): reports it and refuses what follows. Called without the lock.
   */
  abstract void broke(Throwable cause);

  /** What the context hook makes of these, one for each; none without a hook. Without the lock. */
  List<Action> capture(List<E> added) {
    return List.of();
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int capacity() {
    return capacity;
  }

  @Override
  public final int size() {
    return locked(this::held);
  }

  @Override
  public final boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public final boolean isClosed() {
    return locked(() -> closed);
  }

  @Override
  public final void add(E item) {
    if (!offer(item)) {
      throw new IllegalStateException(this + ": add() found no room");
    }
  }

  @Override
  public final boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    return insert(List.of(item));
  }

  @Override
  public final boolean offerAll(List<? extends E> items) {
    List<E> copy = new ArrayList<>(Objects.requireNonNull(items, "items"));
    for (E item : copy) {
      Objects.requireNonNull(item, "items holds null");
    }
    if (copy.size() > capacity) {
      throw new IllegalArgumentException(
          "items holds " + copy.size() + ", must be from 0 to " + capacity);
    }
    return insert(copy);
  }

  @Override
  public final void put(E item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    insertWaiting(item, QueueDeadline.forever(host), "put()");
  }

  @Override
  public final boolean offer(E item, Duration limit) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    return insertWaiting(item, QueueDeadline.of(host, limit), "offer(limit)");
  }

  private boolean insert(List<E> added) {
    List<Action> runs = capture(added);
    return inserted(
        guarded(
            () -> {
              checkOpen();
              if (!added.isEmpty() && held() > capacity - added.size()) {
                return refuse();
              }
              return append(added, runs);
            }));
  }

  private boolean insertWaiting(E item, QueueDeadline deadline, String operation)
      throws InterruptedException {
    if (!mayWaitForRoom()) {
      throw misuse(operation + " on a queue made without producersWait");
    }
    List<E> added = List.of(item);
    List<Action> runs = capture(added);
    return inserted(guarded(() -> awaitRoom(deadline, operation) ? append(added, runs) : refuse()));
  }

  /** Whether put and timed offer may be called: they wait, or never have to. */
  final boolean mayWaitForRoom() {
    return !bounded || producersWait;
  }

  private boolean inserted(Outcome outcome) {
    if (outcome == Outcome.SIGNAL) {
      try {
        afterAppend();
      } catch (Error ours) {
        broke(ours);
        throw ours;
      }
    }
    return outcome != Outcome.REFUSED;
  }

  private Outcome refuse() {
    refused++;
    return Outcome.REFUSED;
  }

  /** With the lock held. False when the time is up. */
  private boolean awaitRoom(QueueDeadline deadline, String operation) throws InterruptedException {
    checkOpen();
    if (held() >= capacity && deadline.waits() && holdsCaller()) {
      throw misuse(operation + " from inside it, with no room, would wait for itself");
    }
    while (held() >= capacity) {
      if (!deadline.await(notFull)) {
        return false;
      }
      checkOpen();
    }
    return true;
  }

  private Outcome append(List<E> added, List<Action> runs) {
    if (added.isEmpty()) {
      return Outcome.ACCEPTED;
    }
    if (added.size() == 1) {
      items.add(added.get(0));
    } else {
      items.addAll(added);
    }
    if (!runs.isEmpty()) {
      captured.addAll(runs);
    }
    accepted += added.size();
    return appended() ? Outcome.SIGNAL : Outcome.ACCEPTED;
  }

  final boolean bounded() {
    return bounded;
  }

  final <T extends @Nullable Object> T locked(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  final void lockedDo(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #locked}, for steps that may wait or fail: an error breaks the queue (G17). */
  final <T extends @Nullable Object, X extends Exception> T guarded(Call<T, X> step) throws X {
    try {
      lock.lock();
      try {
        return step.call();
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  /** With the lock held, after one item was taken out. */
  final void signalRoom() {
    if (producersWait && items.size() < capacity) {
      notFull.signal();
    }
  }

  /** With the lock held, after many were taken out. */
  final void signalAllRoom() {
    notFull.signalAll();
  }

  /** With the lock held. Returns whether it was open. */
  final boolean shut() {
    boolean wasOpen = !closed;
    closed = true;
    notFull.signalAll();
    return wasOpen;
  }

  /** With the lock held: remembers the first fault. */
  final boolean shutBroken(Throwable cause) {
    shut();
    boolean first = broken == null;
    if (first) {
      broken = cause;
    }
    return first;
  }

  /** With the lock held. */
  final boolean isBroken() {
    return broken != null;
  }

  /** With the lock held. */
  final boolean isShut() {
    return closed;
  }

  /** With the lock held. */
  final void checkOpen() {
    if (closed) {
      throw closedException();
    }
  }

  final ClosedException closedException() {
    return broken == null
        ? new ClosedException(label() + " is closed")
        : new ClosedException(label() + " is closed, it broke: " + broken, broken);
  }

  final MisuseException misuse(String what) {
    return new MisuseException(label() + ": " + what);
  }

  /** Kind and name, as every message has them. */
  final String label() {
    return kind.key().replace('-', ' ') + " \"" + name + '"';
  }

  final Kind kind() {
    return kind;
  }

  /** Reports a fault of our own; a host that fails as well must not hide the first fault. */
  final void reportFault(Throwable cause) {
    try {
      host.failed(kind, name, null, cause);
    } catch (Throwable again) {
      if (again != cause) {
        cause.addSuppressed(again);
      }
    }
  }

  /** With the lock held: how full it is, in words. */
  final String fill() {
    return bounded ? held() + " of " + capacity : held() + " items";
  }
}
