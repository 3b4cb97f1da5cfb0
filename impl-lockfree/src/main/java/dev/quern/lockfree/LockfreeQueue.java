// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Batch;
import dev.quern.Kind;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.spi.Host;
import dev.quern.spi.QueueInside;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue (rules Q1 to Q16): a {@link Buffer}, and those who wait for an item or for room.
 *
 * <pre>
 *   waits for   looks by                         is woken by
 *   an item     its poll: null arms the buffer   the append that answers SIGNAL; close
 *   room        append, which answers FULL       whoever took something; close
 * </pre>
 *
 * <p>No wake-up is lost. A taker is in its list before it polls for the last time; an append that
 * this poll did not see replaces an armed word, so it signals, and then looks at the list. A putter
 * is in its list before its last look at {@code taken}; a queue made for it writes taken in
 * volatile mode, and then looks at the list. After close each looks once more.
 *
 * <p>With no action, and no view whose looks are polls, nobody would hear of a signal but who waits
 * in take: then no other look arms (rule Q11 cannot tell), and spares the consumer a step and the
 * next producer a signal.
 *
 * <p>Ordering: that of the buffer. Progress: offer, add and offerAll are lock-free, poll, peek,
 * drainTo and detach wait-free but for slow appends; take, put and the timed forms wait.
 */
final class LockfreeQueue<E> extends BufferInlet<E> implements Queue<E>, QueueInside<E> {
  private static final VarHandle ENDED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "ended", VarHandle.class, LockfreeQueue.class, boolean.class);
  private static final VarHandle VIEW =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "view", VarHandle.class, LockfreeQueue.class, BlockingQueue.class);

  private final @Nullable Action onNonEmpty;
  private final ConsumerRole role;
  private final WaitList takers;
  private final Insiders signalling = new Insiders();

  /** Who runs a sink. Plain: a thread only looks whether it is itself. */
  private @Nullable Thread sinking;

  @SuppressWarnings("UnusedVariable") // through ENDED alone
  private volatile boolean ended;

  private volatile @Nullable BlockingQueue<E> view; // of those made first one stays

  /** Whether a look that finds nothing arms: else nobody would be there to be told of the next. */
  private volatile boolean arms;

  private final Gathering gathering = new Gathering();

  LockfreeQueue(Host host, QueueSpec spec, @Nullable Action onNonEmpty) {
    super(host, Kind.QUEUE, spec.name(), spec.capacity(), spec.producersWait().orElse(false), null);
    this.onNonEmpty = onNonEmpty;
    this.arms = onNonEmpty != null;
    this.role = new ConsumerRole(host.checks());
    this.takers = new WaitList(host.parker());
  }

  @Override
  void signal() {
    takers.wakeAll();
    if (onNonEmpty == null) {
      return;
    }
    boolean entered = signalling.enter();
    try {
      UserCode.run(host, kind(), this, null, onNonEmpty);
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
      return drain(sink, limit);
    } finally {
      sinking = outer;
      role.leave();
    }
  }

  private int drain(Consumer<? super E> sink, int limit) {
    for (int taken = 0; taken < limit; taken++) {
      E item = removeOrBreak(taken > 0);
      if (item == null) {
        return taken;
      }
      sink.accept(item);
    }
    return limit;
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

  @Override
  public BlockingQueue<E> asBlockingQueue() {
    BlockingQueue<E> made = view;
    if (made == null) {
      arms = true; // await's looks are polls
      made = host.views().blockingQueue(this, this);
      if (!VIEW.compareAndSet(this, null, made)) {
        made = Objects.requireNonNull(view);
      }
    }
    return made;
  }

  // ---- What the view needs

  @Override
  public boolean producersMayWait() {
    return mayWaitForRoom();
  }

  @Override
  public List<E> copy() {
    role.enter("a look inside", this::misuse);
    try {
      return buffer.copy();
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  @Override
  public void remove(BitSet places) {
    role.enter("remove()", this::misuse);
    try {
      buffer.remove(places);
      wakePutters();
    } catch (Error ours) {
      throw broke(ours);
    } finally {
      role.leave();
    }
  }

  /**
   * As a taker does, but for the role: a look that finds nothing arms the buffer, so whatever comes
   * after it wakes those who wait.
   */
  @Override
  public boolean await(BooleanSupplier look, Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    if (holdsCaller()) {
      throw misuse("waiting for an item from inside it would wait for itself");
    }
    return takers.await(look, deadline);
  }

  // ---- Parts

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

  private @Nullable E removeOrBreak(boolean gather) {
    try {
      if (gather && buffer.isUsedUp() && !gathering.more(buffer) && !arms) {
        return null;
      }
      return remove();
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  private @Nullable E remove() {
    E item = buffer.poll(false);
    if (item == null && arms) { // arms is volatile: not read where there is an item
      item = buffer.poll(true);
    }
    if (item != null) {
      wakePutters();
    }
    return item;
  }

  @Override
  public void close() {
    shut();
    takers.wakeAll();
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

  @Override
  void brokeDown(Throwable cause) {
    takers.wakeAll();
  }

  @Override
  public boolean holdsCaller() {
    return sinking == Thread.currentThread() || signalling.holdsCaller();
  }

  /** A queue runs nothing, so only what is pending, accepted and refused is counted. */
  @Override
  public Counts counts() {
    return new Counts(buffer.size(), List.of(), buffer.appended(), 0, refused(), 0, 0);
  }

  @Override
  public void interruptRuns() {
    // close() never waits for anybody, so nobody is in its way
  }

  @Override
  public String toString() {
    return label()
        + (isBroken() ? " (broken, " : isClosed() ? " (closed, " : " (open, ")
        + fill()
        + ")";
  }
}
