// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.ClosedException;
import dev.quern.Inlet;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.lockfree.Buffer.Appended;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The producers' side of both kinds of queue: a {@link Buffer}, and those who wait for room.
 *
 * <p>No wake-up is lost: a putter is in its list before its last look at how much was taken; a
 * buffer made for it publishes that in volatile mode, and then {@link #wakePutters} looks at the
 * list. After the buffer's close each looks once more. Each item taken wakes all who wait: with n
 * of them that is n looks, of which one finds room.
 *
 * <p>Ordering and progress: those of the buffer; put and timed offer wait.
 */
abstract class BufferInlet<E> implements Inlet<E>, Managed {
  private static final VarHandle BROKEN =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "broken", VarHandle.class, BufferInlet.class, Throwable.class);

  final Host host;
  final Buffer<E> buffer;
  private final Kind kind;
  private final String name;
  private final int capacity;
  private final boolean bounded;
  private final boolean producersWait;
  private final WaitList putters;
  final @Nullable HookedItems<E> hooks; // null without a context hook
  private final LongAdder refused = new LongAdder();
  private volatile @Nullable Throwable broken; // rule G17, set before the buffer is closed

  /**
   * @param hooks null, or what stands in the buffer in place of the items
   */
  BufferInlet(
      Host host,
      Kind kind,
      String name,
      Optional<Integer> capacity,
      boolean producersWait,
      @Nullable HookedItems<E> hooks) {
    this.host = host;
    this.kind = kind;
    this.name = name;
    this.bounded = capacity.isPresent();
    this.capacity = capacity.orElse(Integer.MAX_VALUE);
    this.producersWait = bounded && producersWait;
    this.buffer =
        bounded
            ? Buffer.bounded(this.capacity, producersWait, host.parker())
            : Buffer.unbounded(host.parker());
    this.putters = new WaitList(host.parker());
    this.hooks = hooks;
  }

  /** An append was told to signal; its item can be taken. On the thread of the append. */
  abstract void signal();

  /** It broke, and refuses what follows: wakes who waits for anything but room. */
  abstract void brokeDown(Throwable cause);

  @Override
  public final void add(E item) {
    if (!offer(item)) {
      throw new IllegalStateException(this + ": add() found no room");
    }
  }

  @Override
  public final boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    E stored = hooks == null ? item : hooks.hooked(item);
    try {
      return accepted(buffer.append(stored));
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  @Override
  public final boolean offerAll(List<? extends E> items) {
    E[] copy = copied(Objects.requireNonNull(items, "items"));
    if (copy.length > capacity) {
      throw new IllegalArgumentException(
          "items holds " + copy.length + ", must be from 0 to " + capacity);
    }
    if (copy.length == 0) {
      return accepted(buffer.isClosed() ? Appended.CLOSED : Appended.QUIET);
    }
    if (hooks != null) {
      Arrays.setAll(copy, i -> hooks.hooked(copy[i]));
    }
    try {
      return accepted(buffer.appendAll(copy));
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  /** An array of our own, whatever the list keeps of the one that it gives, and without nulls. */
  @SuppressWarnings("unchecked") // Object[] stands for E[] in here
  private static <E> E[] copied(List<? extends E> items) {
    Object[] given = items.toArray();
    Object[] copy = Arrays.copyOf(given, given.length, Object[].class);
    for (Object item : copy) {
      Objects.requireNonNull(item, "items holds null");
    }
    return (E[]) copy;
  }

  @Override
  public final void put(E item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    append(item, Deadline.NEVER, "put()");
  }

  @Override
  public final boolean offer(E item, Duration limit) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    return append(item, Deadline.in(limit), "offer(limit)");
  }

  private boolean append(E item, Deadline deadline, String operation) throws InterruptedException {
    if (!mayWaitForRoom()) {
      throw misuse(operation + " on a queue made without producersWait");
    }
    E stored = hooks == null ? item : hooks.hooked(item);
    try {
      Appended appended = buffer.append(stored);
      if (appended == Appended.FULL && deadline.waits()) {
        if (holdsCaller()) {
          throw misuse(operation + " from inside it, with no room, would wait for itself");
        }
        appended = new Putter<>(buffer, stored).await(putters, deadline);
      }
      return accepted(appended);
    } catch (Error ours) {
      throw broke(ours);
    }
  }

  /** Whether put and timed offer may be called: they wait, or never have to. */
  final boolean mayWaitForRoom() {
    return !bounded || producersWait;
  }

  private boolean accepted(Appended appended) {
    return appended == Appended.QUIET || settled(appended);
  }

  private boolean settled(Appended appended) {
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

  /** Our own code failed (rule G17): refuses what follows, and reports it once. */
  final <X extends Throwable> X broke(X ours) {
    try {
      boolean first = BROKEN.compareAndSet(this, null, ours);
      buffer.breakDown();
      putters.wakeAll();
      brokeDown(ours);
      if (first) {
        host.failed(kind, name, null, ours);
      }
    } catch (Throwable again) {
      if (again != ours) {
        ours.addSuppressed(again);
      }
    }
    return ours;
  }

  /** No append that begins now is accepted, and no one waits for room any more. */
  final void shut() {
    buffer.close();
    putters.wakeAll();
  }

  /** After something was taken. */
  final void wakePutters() {
    if (producersWait) {
      putters.wakeAll();
    }
  }

  final boolean isBroken() {
    return broken != null;
  }

  final void checkOpen() {
    if (isClosed()) {
      throw closedException();
    }
  }

  final ClosedException closedException() {
    Throwable cause = broken;
    return cause == null
        ? new ClosedException(label() + " is closed")
        : new ClosedException(label() + " is closed, it broke: " + cause, cause);
  }

  final MisuseException misuse(String what) {
    return new MisuseException(label() + ": " + what);
  }

  /** Kind and name, as every message has them. */
  final String label() {
    return kind.key().replace('-', ' ') + " \"" + name + '"';
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
    return buffer.size();
  }

  @Override
  public final boolean isEmpty() {
    return buffer.isEmpty();
  }

  @Override
  public final boolean isClosed() {
    return buffer.isClosed();
  }

  final Kind kind() {
    return kind;
  }

  final long refused() {
    return refused.sum();
  }

  /** How full it is, in words. */
  final String fill() {
    return size() + (bounded ? " of " + capacity : " items");
  }
}
