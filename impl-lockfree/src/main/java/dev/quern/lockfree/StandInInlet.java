// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.*;
import dev.quern.spi.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** STAND-IN. */
abstract class StandInInlet<E> implements Inlet<E>, Managed {
  final Host host;
  private final Kind kind;
  private final String name;
  private final int capacity;
  private final boolean bounded;
  private final boolean producersWait;
  final Buffer<E> buffer;
  private final WaitList room;
  private volatile boolean closed;
  private volatile @Nullable Throwable broken;
  private final LongAdder refused = new LongAdder();

  StandInInlet(Host host, Kind kind, String name, Optional<Integer> capacity, boolean waits) {
    this.host = host;
    this.kind = kind;
    this.name = name;
    this.bounded = capacity.isPresent();
    this.capacity = capacity.orElse(Integer.MAX_VALUE);
    this.producersWait = waits;
    this.buffer =
        bounded
            ? Buffer.bounded(this.capacity, waits, host.parker())
            : Buffer.unbounded(host.parker());
    this.room = new WaitList(host.parker());
  }

  abstract void signalled();

  abstract void broke(Throwable cause);

  final void roomFreed() {
    room.wakeAll();
  }

  final boolean shut() {
    boolean was = !closed;
    closed = true;
    buffer.close();
    room.wakeAll();
    return was;
  }

  final boolean shutBroken(Throwable cause) {
    boolean first = broken == null;
    if (first) broken = cause;
    shut();
    buffer.breakDown();
    return first;
  }

  private boolean done(Buffer.Appended a) {
    switch (a) {
      case CLOSED -> throw closedException();
      case FULL -> {
        refused.increment();
        return false;
      }
      case SIGNAL -> signalled();
      case QUIET -> {}
    }
    return true;
  }

  @Override
  public boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    return done(buffer.append(item));
  }

  @Override
  public boolean offerAll(List<? extends E> items) {
    List<E> copy = new ArrayList<>(Objects.requireNonNull(items, "items"));
    for (E item : copy) Objects.requireNonNull(item, "items holds null");
    if (copy.size() > capacity)
      throw new IllegalArgumentException(
          "items holds " + copy.size() + ", must be from 0 to " + capacity);
    if (copy.isEmpty()) {
      checkOpen();
      return true;
    }
    return done(buffer.appendAll(copy));
  }

  @Override
  public void add(E item) {
    if (!offer(item)) throw new IllegalStateException(this + ": add() found no room");
  }

  @Override
  public void put(E item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    wait(item, Deadline.NEVER, "put()");
  }

  @Override
  public boolean offer(E item, Duration limit) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    return wait(item, Deadline.in(limit), "offer(limit)");
  }

  private boolean wait(E item, Deadline deadline, String op) throws InterruptedException {
    if (bounded && !producersWait) throw misuse(op + " on a queue made without producersWait");
    checkOpen();
    while (true) {
      Buffer.Appended a = buffer.append(item);
      if (a != Buffer.Appended.FULL) return done(a);
      if (deadline.waits() && holdsCaller())
        throw misuse(op + " from inside it, with no room, would wait for itself");
      if (!room.await(() -> buffer.size() < capacity || closed, deadline)) return done(a);
    }
  }

  @Override
  public int size() {
    return buffer.size();
  }

  @Override
  public boolean isEmpty() {
    return buffer.isEmpty();
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  final void checkOpen() {
    if (closed) throw closedException();
  }

  final ClosedException closedException() {
    Throwable b = broken;
    return b == null
        ? new ClosedException(label() + " is closed")
        : new ClosedException(label() + " is closed, it broke: " + b, b);
  }

  final MisuseException misuse(String what) {
    return new MisuseException(label() + ": " + what);
  }

  final String label() {
    return kind.key().replace('-', ' ') + " \"" + name + '"';
  }

  final Kind kind() {
    return kind;
  }

  final long refused() {
    return refused.sum();
  }

  final void reportFault(Throwable cause) {
    try {
      host.failed(kind, name, null, cause);
    } catch (Throwable again) {
      if (again != cause) cause.addSuppressed(again);
    }
  }

  final String fill() {
    return bounded ? size() + " of " + capacity : size() + " items";
  }
}
