// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Batch;
import dev.quern.Kind;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.spi.Host;
import dev.quern.spi.QueueInside;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's side of a queue (rules Q1 to Q16).
 *
 * <p>The non-empty signal (Q11) is one flag. What finds nothing more to take sets it in the same
 * critical section in which it looked; the first append that follows clears it in its own, so
 * exactly one append runs {@code onNonEmpty}, and only when its item can be seen.
 *
 * <p>Progress: every operation takes the lock; none but take, timed poll, put and timed offer waits
 * for more than that.
 */
final class LockedQueue<E> extends QueueInlet<E> implements Queue<E>, QueueInside<E> {
  private final @Nullable Action onNonEmpty;
  private final boolean checks;
  private final Condition notEmpty = lock.newCondition();

  private boolean armed = true; // guarded by lock
  private boolean ended; // guarded by lock
  private long arrivals; // guarded by lock; what await waits for: appends, restores, the end
  private @Nullable BlockingQueue<E> view; // guarded by lock, made when first asked for
  private final DrainBite<E> bite = new DrainBite<>();

  /** With checks on: who is inside the consumer's side for longer than one look. */
  private @Nullable Thread consumer; // guarded by lock

  /** Who runs a sink or onNonEmpty; few, most often none or one. */
  private final List<Thread> inside = new ArrayList<>(1); // guarded by lock

  LockedQueue(Host host, QueueSpec spec, @Nullable Action onNonEmpty) {
    super(host, Kind.QUEUE, spec.name(), spec.capacity(), spec.producersWait().orElse(false));
    this.onNonEmpty = onNonEmpty;
    this.checks = host.checks();
  }

  @Override
  int held() {
    return items.size() + bite.size();
  }

  @Override
  boolean appended() {
    arrived(); // one consumer; more than one item may have come
    boolean signal = armed && onNonEmpty != null;
    armed = false;
    return signal;
  }

  @Override
  void afterAppend() {
    Action signal = Objects.requireNonNull(onNonEmpty);
    lockedDo(() -> inside.add(Thread.currentThread()));
    try {
      UserCode.run(host, kind(), name(), null, signal);
    } finally {
      lockedDo(() -> inside.remove(Thread.currentThread()));
    }
  }

  @Override
  public @Nullable E poll() {
    return locked(
        () -> {
          checkRole("poll()");
          return removeOrArm();
        });
  }

  @Override
  public @Nullable E poll(Duration limit) throws InterruptedException {
    return removeWaiting(QueueDeadline.of(host, limit), "poll(limit)");
  }

  @Override
  public E take() throws InterruptedException {
    return Objects.requireNonNull(removeWaiting(QueueDeadline.forever(host), "take()"));
  }

  @Override
  public @Nullable E peek() {
    return locked(
        () -> {
          checkRole("peek()");
          return items.peek();
        });
  }

  /** A negative limit is out of range; a limit of zero takes nothing and arms nothing. */
  @Override
  public int drainTo(Consumer<? super E> sink, int limit) {
    Objects.requireNonNull(sink, "sink");
    if (limit < 0) {
      throw new IllegalArgumentException(
          "limit is " + limit + ", must be from 0 to " + Integer.MAX_VALUE);
    }
    lockedDo(this::beginDrainTo);
    try {
      return bounded() && mayWaitForRoom() ? drainOneByOne(sink, limit) : drainInBites(sink, limit);
    } finally {
      lockedDo(this::endDrainTo);
    }
  }

  /** Each one frees room that somebody may wait for. */
  private int drainOneByOne(Consumer<? super E> sink, int limit) {
    for (int taken = 0; taken < limit; taken++) {
      E item = locked(this::removeOrArm);
      if (item == null) {
        return taken;
      }
      sink.accept(item);
    }
    return limit;
  }

  private int drainInBites(Consumer<? super E> sink, int limit) {
    int taken = 0;
    while (taken < limit) {
      int left = limit - taken;
      if (!locked(() -> biteOrArm(left))) {
        return taken;
      }
      for (E item = bite.next(); item != null; item = bite.next()) {
        taken++;
        sink.accept(item);
      }
    }
    return limit;
  }

  /** With the lock held. */
  private boolean biteOrArm(int limit) {
    boolean found = bite.fill(items, limit);
    if (!found) {
      armed = true;
    }
    return found;
  }

  @Override
  public Batch<E> detach() {
    return guarded(
        () -> {
          checkRole("detach()");
          LockedBatch<E> batch = new LockedBatch<>(this, items);
          items = new ArrayDeque<>();
          armed = true;
          signalAllRoom();
          return batch;
        });
  }

  @Override
  public void restore(Batch<E> batch) {
    Objects.requireNonNull(batch, "batch");
    if (!(batch instanceof LockedBatch<E> own) || !own.isOf(this)) {
      throw misuse("restore() of a batch of another queue, " + batch);
    }
    guarded(
        () -> {
          checkRole("restore()");
          ArrayDeque<E> rest = own.giveBack();
          for (E item = rest.pollLast(); item != null; item = rest.pollLast()) {
            items.addFirst(item);
          }
          arrived();
          return true;
        });
  }

  @Override
  public BlockingQueue<E> asBlockingQueue() {
    return locked(
        () -> {
          BlockingQueue<E> made = view;
          if (made == null) {
            made = host.views().blockingQueue(this, this);
            view = made;
          }
          return made;
        });
  }

  // ---- What the view needs

  @Override
  public boolean producersMayWait() {
    return mayWaitForRoom();
  }

  @Override
  public List<E> copy() {
    return guarded(
        () -> {
          checkRole("a look inside");
          return new ArrayList<>(items);
        });
  }

  @Override
  public void remove(BitSet places) {
    guarded(
        () -> {
          checkRole("remove()");
          ArrayDeque<E> kept = new ArrayDeque<>(Math.max(1, items.size()));
          int place = 0;
          for (E item : items) {
            if (!places.get(place++)) {
              kept.add(item);
            }
          }
          items = kept;
          signalAllRoom();
          return true;
        });
  }

  /** Whatever arrives after the look began makes it look again. */
  @Override
  public boolean await(BooleanSupplier look, Duration limit) throws InterruptedException {
    QueueDeadline deadline = QueueDeadline.of(host, limit);
    lockedDo(() -> checkOutside("waiting for an item"));
    while (true) {
      long seen = locked(() -> arrivals);
      if (look.getAsBoolean()) {
        return true;
      }
      if (!guarded(() -> awaitArrival(seen, deadline))) {
        return false;
      }
    }
  }

  /** With the lock held. False when the time is up and nothing has arrived. */
  private boolean awaitArrival(long seen, QueueDeadline deadline) throws InterruptedException {
    while (arrivals == seen) {
      if (!deadline.await(notEmpty)) {
        return false;
      }
    }
    return true;
  }

  /** With the lock held. */
  private void arrived() {
    arrivals++;
    notEmpty.signalAll();
  }

  // ---- Parts

  /** Null when the time is up. An error breaks the queue, as in {@link #guarded}. */
  private @Nullable E removeWaiting(QueueDeadline deadline, String operation)
      throws InterruptedException {
    try {
      return removeLocked(deadline, operation);
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  private @Nullable E removeLocked(QueueDeadline deadline, String operation)
      throws InterruptedException {
    lock.lock();
    try {
      checkRole(operation);
      checkOutside(operation);
      takeRole();
      try {
        return awaitItem(deadline);
      } finally {
        dropRole();
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held; the role is this thread's for as long as it waits. */
  private @Nullable E awaitItem(QueueDeadline deadline) throws InterruptedException {
    for (E item = removeOrArm(); ; item = removeOrArm()) {
      if (item != null) {
        return item;
      }
      if (isShut()) {
        throw closedException();
      }
      if (!deadline.await(notEmpty)) {
        return null;
      }
    }
  }

  /** With the lock held. */
  private @Nullable E removeOrArm() {
    E item = items.poll();
    if (item == null) {
      armed = true;
    } else {
      signalRoom();
    }
    return item;
  }

  private void beginDrainTo() {
    checkRole("drainTo()");
    inside.add(Thread.currentThread());
    takeRole();
  }

  private void endDrainTo() {
    bite.putBack(items); // the sink threw
    dropRole();
    inside.remove(Thread.currentThread());
  }

  private void takeRole() {
    if (checks) {
      consumer = Thread.currentThread();
    }
  }

  private void dropRole() {
    consumer = null;
  }

  /** With the lock held (Q7). Without checks nobody ever has the role. */
  private void checkRole(String operation) {
    Thread owner = consumer;
    if (owner != null) {
      throw misuse(
          owner == Thread.currentThread()
              ? operation + " from inside its own drainTo()"
              : operation + " while thread " + owner.getName() + " is inside the consumer's side");
    }
    if (!bite.isEmpty()) {
      bite.putBack(items); // it is called from inside the sink
    }
  }

  /** With the lock held (G6): who runs its sink or its onNonEmpty would wait for itself. */
  private void checkOutside(String operation) {
    if (inside.contains(Thread.currentThread())) {
      throw misuse(operation + " from inside it would wait for itself");
    }
  }

  @Override
  public void close() {
    boolean first =
        locked(
            () -> {
              shut();
              arrived();
              boolean before = ended;
              ended = true;
              return !before;
            });
    if (first) {
      host.ended(this);
    }
  }

  /** Waits for nothing and removes nothing: what is queued can still be taken. */
  @Override
  public List<String> close(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    close();
    return List.of();
  }

  @Override
  void broke(Throwable cause) {
    boolean first =
        locked(
            () -> {
              arrived();
              return shutBroken(cause);
            });
    if (first) {
      reportFault(cause);
    }
  }

  @Override
  public boolean holdsCaller() {
    return locked(() -> inside.contains(Thread.currentThread()));
  }

  /** A queue runs nothing, so only what is pending, accepted and refused is counted. */
  @Override
  public Counts counts() {
    return locked(() -> new Counts(held(), List.of(), accepted, 0, refused, 0, 0));
  }

  @Override
  public void interruptRuns() {
    // close() never waits for anybody, so nobody is in its way
  }

  @Override
  public String toString() {
    return locked(
        () ->
            label()
                + (isBroken() ? " (broken, " : isShut() ? " (closed, " : " (open, ")
                + fill()
                + ")");
  }
}
