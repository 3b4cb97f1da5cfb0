// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Batch;
import dev.quern.ClosedException;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.lockfree.Buffer.Appended;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue (rules Q1 to Q14, Q16): a {@link Buffer}, and those who wait for an item or for room.
 *
 * <pre>
 *   waits for   looks by                         is woken by
 *   an item     poll: null arms the buffer       the append that answers SIGNAL; close
 *   room        append, which answers FULL       whoever took something; close
 * </pre>
 *
 * <p>No wake-up is lost. A taker is in its list before it polls for the last time; an append that
 * this poll did not see replaces an armed word, so it signals, and then looks at the list. A putter
 * is in its list before its last look at {@code taken}; a queue made for it writes taken in
 * volatile mode, and then looks at the list. After close each looks once more.
 *
 * <p>Ordering: that of the buffer. Progress: offer, add and offerAll are lock-free, poll, peek,
 * drainTo and detach wait-free but for slow appends; take, put and the timed forms wait.
 */
final class LockfreeQueue<E> implements Queue<E>, Managed {
  private static final VarHandle ENDED = handle("ended", boolean.class);
  private static final VarHandle BROKEN = handle("broken", Throwable.class);

  private final Host host;
  private final String name;
  private final int capacity;
  private final boolean bounded;
  private final boolean producersWait;
  private final @Nullable Action onNonEmpty;
  private final Buffer<E> buffer;
  private final ConsumerRole role;
  private final WaitList takers;
  private final WaitList putters;
  private final Insiders signalling = new Insiders();
  private final LongAdder refused = new LongAdder();

  /** Who runs a sink. Plain: a thread only looks whether it is itself. */
  private @Nullable Thread sinking;

  private volatile boolean ended;
  private volatile @Nullable Throwable broken; // rule G17, set before the buffer is closed

  LockfreeQueue(Host host, QueueSpec spec, @Nullable Action onNonEmpty) {
    this.host = host;
    this.name = spec.name();
    this.bounded = spec.capacity().isPresent();
    this.capacity = spec.capacity().orElse(Integer.MAX_VALUE);
    this.producersWait = bounded && spec.producersWait().orElse(false);
    this.onNonEmpty = onNonEmpty;
    this.buffer =
        bounded
            ? Buffer.bounded(capacity, producersWait, host.parker())
            : Buffer.unbounded(host.parker());
    this.role = new ConsumerRole(host.checks());
    this.takers = new WaitList(host.parker());
    this.putters = new WaitList(host.parker());
  }

  @Override
  public void add(E item) {
    if (!offer(item)) {
      throw new IllegalStateException(this + ": add() found no room");
    }
  }

  @Override
  public boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    try {
      return accepted(buffer.append(item));
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  @Override
  public boolean offerAll(List<? extends E> items) {
    List<E> copy = new ArrayList<>(Objects.requireNonNull(items, "items"));
    for (E item : copy) {
      Objects.requireNonNull(item, "items holds null");
    }
    if (copy.size() > capacity) {
      throw new IllegalArgumentException(
          "items holds " + copy.size() + ", must be from 0 to " + capacity);
    }
    if (copy.isEmpty()) {
      return accepted(buffer.isClosed() ? Appended.CLOSED : Appended.QUIET);
    }
    try {
      return accepted(buffer.appendAll(copy));
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  @Override
  public void put(E item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    append(item, Deadline.NEVER, "put()");
  }

  @Override
  public boolean offer(E item, Duration limit) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    return append(item, Deadline.in(limit), "offer(limit)");
  }

  private boolean append(E item, Deadline deadline, String operation) throws InterruptedException {
    if (bounded && !producersWait) {
      throw misuse(operation + " on a queue made without producersWait");
    }
    try {
      Appended appended = buffer.append(item);
      if (appended == Appended.FULL && deadline.waits()) {
        if (holdsCaller()) {
          throw misuse(operation + " from inside it, with no room, would wait for itself");
        }
        appended = new Putter<>(buffer, item).await(putters, deadline);
      }
      return accepted(appended);
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  private boolean accepted(Appended appended) {
    switch (appended) {
      case CLOSED -> throw closedException();
      case FULL -> {
        refused.increment();
        return false;
      }
      case SIGNAL -> signal();
      case QUIET -> {}
    }
    return true;
  }

  private void signal() {
    takers.wakeAll();
    if (onNonEmpty == null) {
      return;
    }
    boolean entered = signalling.enter();
    try {
      UserCode.run(host, Kind.QUEUE, name, null, onNonEmpty);
    } finally {
      if (entered) {
        signalling.leave();
      }
    }
  }

  @Override
  public @Nullable E poll() {
    role.enter("poll()", this::misuse);
    try {
      return remove();
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  @Override
  public @Nullable E poll(Duration limit) throws InterruptedException {
    return removeWaiting(Deadline.in(limit), "poll(limit)");
  }

  @Override
  public E take() throws InterruptedException {
    return Objects.requireNonNull(removeWaiting(Deadline.NEVER, "take()"));
  }

  @Override
  public @Nullable E peek() {
    role.enter("peek()", this::misuse);
    try {
      return buffer.peek();
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  /** A negative limit is out of range; a limit of zero takes nothing and arms nothing. */
  @Override
  public int drainTo(Consumer<? super E> sink, int limit) {
    Objects.requireNonNull(sink, "sink");
    if (limit < 0) {
      throw new IllegalArgumentException(
          "limit is " + limit + ", must be from 0 to " + Integer.MAX_VALUE);
    }
    role.enter("drainTo()", this::misuse);
    Thread outer = sinking;
    sinking = Thread.currentThread();
    try {
      for (int taken = 0; taken < limit; taken++) {
        E item = removeOrBreak();
        if (item == null) {
          return taken;
        }
        sink.accept(item);
      }
      return limit;
    } finally {
      sinking = outer;
      role.leave();
    }
  }

  @Override
  public Batch<E> detach() {
    role.enter("detach()", this::misuse);
    try {
      LockfreeBatch<E> batch = new LockfreeBatch<>(this, buffer.detach());
      wakePutters();
      return batch;
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  @Override
  public void restore(Batch<E> batch) {
    Objects.requireNonNull(batch, "batch");
    if (!(batch instanceof LockfreeBatch<E> own) || !own.isOf(this)) {
      throw misuse("restore() of a batch of another queue, " + batch);
    }
    role.enter("restore()", this::misuse);
    try {
      buffer.restore(own.giveBack());
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  /** Null when the time is up. */
  private @Nullable E removeWaiting(Deadline deadline, String operation)
      throws InterruptedException {
    role.enter(operation, this::misuse);
    try {
      if (holdsCaller()) {
        throw misuse(operation + " from inside it would wait for itself");
      }
      E item = remove();
      if (item == null && !buffer.isClosed() && deadline.waits()) {
        item = new Taker<>(buffer).await(takers, deadline);
        if (item != null) {
          wakePutters();
        }
      }
      if (item == null && buffer.isClosed()) {
        item = remove(); // what came between the last look and close
        if (item == null) {
          throw closedException();
        }
      }
      return item;
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  private @Nullable E removeOrBreak() {
    try {
      return remove();
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  private @Nullable E remove() {
    E item = buffer.poll();
    if (item != null) {
      wakePutters();
    }
    return item;
  }

  private void wakePutters() {
    if (producersWait) {
      putters.wakeAll();
    }
  }

  @Override
  public void close() {
    buffer.close();
    takers.wakeAll();
    putters.wakeAll();
    if (ENDED.compareAndSet(this, false, true)) {
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

  /** Our own code failed (rule G17): refuses what follows, and reports it once. */
  private Error broke(Error ours) {
    try {
      boolean first = BROKEN.compareAndSet(this, null, ours);
      buffer.breakDown();
      takers.wakeAll();
      putters.wakeAll();
      if (first) {
        host.failed(Kind.QUEUE, name, null, ours);
      }
    } catch (Throwable again) {
      if (again != ours) {
        ours.addSuppressed(again);
      }
    }
    return ours;
  }

  private ClosedException closedException() {
    Throwable cause = broken;
    return cause == null
        ? new ClosedException(label() + " is closed")
        : new ClosedException(label() + " is closed, it broke: " + cause, cause);
  }

  MisuseException misuse(String what) {
    return new MisuseException(label() + ": " + what);
  }

  /** Kind and name, as every message has them. */
  String label() {
    return "queue \"" + name + '"';
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int capacity() {
    return capacity;
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
  public boolean isClosed() {
    return buffer.isClosed();
  }

  @Override
  public boolean holdsCaller() {
    return sinking == Thread.currentThread() || signalling.holdsCaller();
  }

  /** A queue runs nothing, so only what is pending, accepted and refused is counted. */
  @Override
  public Counts counts() {
    return new Counts(buffer.size(), List.of(), buffer.accepted(), 0, refused.sum(), 0, 0);
  }

  @Override
  public void interruptRuns() {
    // close() never waits for anybody, so nobody is in its way
  }

  @Override
  public String toString() {
    String state = broken != null ? " (broken, " : isClosed() ? " (closed, " : " (open, ";
    return label() + state + size() + (bounded ? " of " + capacity : " items") + ")";
  }

  private static VarHandle handle(String field, Class<?> type) {
    return ConstantBootstraps.fieldVarHandle(
        lookup(), field, VarHandle.class, LockfreeQueue.class, type);
  }
}
