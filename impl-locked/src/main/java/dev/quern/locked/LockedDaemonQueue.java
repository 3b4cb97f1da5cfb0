// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A queue that brings its consumer (rules D1 to D17). {@link DaemonQueueState} says when a drain is
 * due, a {@link QueueCarrier} brings the thread, {@link #drainOnce} is what it does there:
 *
 * <pre>
 *   drain = a turn of one child, or a batch: items, up to maxBatch, then batchEnd
 * </pre>
 *
 * <p>After every drain the carrier is asked again if more is pending: an own thread goes on, a job
 * goes to the back of its pool, a child to the back of its target's turns.
 *
 * <p>A close is finished by one thread, which gives the carrier back: a thread in close() or
 * closeNow(), which cannot give up waiting, else the drainer, else, where there is none, whoever
 * closed.
 *
 * <p>Progress: every operation takes the lock; handlers run without it.
 */
final class LockedDaemonQueue<E> extends QueueInlet<E> implements DaemonQueue<E> {
  private final Handler<? super E> handler;
  private final int maxBatch;
  private final QueueCarrier carrier;
  private final Condition changed = lock.newCondition();

  private final DaemonQueueState state; // guarded by lock
  private final QueueTurns turns = new QueueTurns(); // guarded by lock
  private long taken; // guarded by lock; items handed to the handler
  private long settled; // guarded by lock; of those, the ones whose batch has ended
  private long cut = Long.MAX_VALUE; // guarded by lock; what was accepted after is never handled
  private int batch; // guarded by lock; items handled since the last batch end
  private boolean closeSeen; // guarded by lock; a batch has ended, or begun, because of close
  private boolean running; // guarded by lock; the drainer is inside the handler or between items
  private long runningSince; // guarded by lock; host's clock
  private int patientClosers; // guarded by lock; they wait, and will not give up
  private long completed; // guarded by lock
  private long failed; // guarded by lock

  private LockedDaemonQueue(
      Host host,
      DaemonQueueSpec spec,
      Handler<? super E> handler,
      @Nullable LockedDaemonQueue<?> target) {
    super(
        host, Kind.DAEMON_QUEUE, spec.name(), spec.capacity(), spec.producersWait().orElseThrow());
    this.handler = handler;
    this.maxBatch = spec.maxBatch().orElseThrow();
    this.state = new DaemonQueueState(spec.inactive().orElseThrow());
    if (target != null) {
      carrier = new TargetQueueCarrier(this, target);
    } else if (spec.pool().isPresent()) {
      carrier = new PoolQueueCarrier(host, this, spec.pool().get());
    } else {
      int priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
      ClassLoader loader = handler.getClass().getClassLoader();
      carrier = new ThreadQueueCarrier(host, this, priority, spec.waiting().orElseThrow(), loader);
    }
  }

  static <E> LockedDaemonQueue<E> create(
      Host host,
      DaemonQueueSpec spec,
      Handler<? super E> handler,
      @Nullable LockedDaemonQueue<?> target) {
    LockedDaemonQueue<E> queue = new LockedDaemonQueue<>(host, spec, handler, target);
    queue.carrier.start();
    return queue;
  }

  // Waking

  @Override
  boolean appended() {
    wake();
    return false;
  }

  @Override
  void afterAppend() {
    throw new AssertionError("nothing follows an append here");
  }

  /** With the lock held: has the carrier drain if that is due, and not asked for yet (D3). */
  private void wake() {
    if (state.wake(isPending())) {
      carrier.wake();
    }
  }

  /** With the lock held. A broken queue handles nothing more. */
  private boolean isPending() {
    return !isBroken() && !(items.isEmpty() && turns.isEmpty());
  }

  // Draining, on the carrier's thread

  /** One drain: a batch of its own or one child's turn. Does nothing if none is owed any more. */
  void drainOnce() {
    if (!beginDrain()) {
      return;
    }
    try {
      LockedDaemonQueue<?> child = nextTurn();
      if (child != null) {
        child.drainOnce();
      } else {
        drainBatch();
      }
    } catch (Throwable ours) {
      broke(ours);
    }
    boolean release = false;
    try {
      release = endDrain();
    } catch (Throwable ours) {
      broke(ours);
    }
    if (release) {
      release();
    }
  }

  private boolean beginDrain() {
    lock.lock();
    try {
      return state.beginDrain();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable LockedDaemonQueue<?> nextTurn() {
    lock.lock();
    try {
      return state.isHeld() || isBroken() ? null : turns.next(!items.isEmpty());
    } finally {
      lock.unlock();
    }
  }

  private void drainBatch() {
    E item = next();
    if (item == null) {
      return;
    }
    for (; item != null; item = next()) {
      E current = item;
      ran(
          UserCode.runOnOurThread(
              host, kind(), name(), null, handler, () -> handler.handle(current)));
    }
    UserCode.runOnOurThread(host, kind(), name(), null, handler, handler::batchEnd);
    settle();
  }

  /** The next item of this batch, or null at the batch's end (D4). */
  private @Nullable E next() {
    long now = host.nanoTime();
    lock.lock();
    try {
      if (state.isHeld() || isBroken() || batch == maxBatch || closeEndsBatch()) {
        return null;
      }
      E item = items.poll();
      if (item != null) {
        batch++;
        taken++;
        running = true;
        runningSince = now;
        signalRoom();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** The first look that finds the queue closed ends the batch, if there is one; no other does. */
  private boolean closeEndsBatch() {
    if (!state.isClosing() || closeSeen) {
      return false;
    }
    closeSeen = true;
    return batch > 0;
  }

  private void ran(boolean well) {
    lock.lock();
    try {
      completed++;
      failed += well ? 0 : 1;
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    lock.lock();
    try {
      batch = 0;
      settled = taken;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether this thread is the one to release. */
  private boolean endDrain() {
    lock.lock();
    try {
      running = false;
      state.endDrain();
      changed.signalAll();
      if (state.isClosing() && !isPending()) {
        finishDraining();
        return claimRelease(true);
      }
      wake();
      return false;
    } finally {
      lock.unlock();
      Thread.interrupted(); // interruptRuns may have come after the handler's end
    }
  }

  /** With the lock held: the handler never runs again. */
  private void finishDraining() {
    state.drained();
    if (state.withdraw()) {
      carrier.withdraw();
    }
    carrier.dismiss();
    changed.signalAll();
  }

  // Turns of children, see TargetQueueCarrier

  void register(LockedDaemonQueue<?> child) {
    lock.lock();
    try {
      checkOpen();
      turns.register(child);
    } finally {
      lock.unlock();
    }
  }

  void unregister(LockedDaemonQueue<?> child) {
    lock.lock();
    try {
      turns.unregister(child);
    } finally {
      lock.unlock();
    }
  }

  void addTurn(LockedDaemonQueue<?> child) {
    lock.lock();
    try {
      turns.add(child);
      wake();
    } finally {
      lock.unlock();
    }
  }

  void removeTurn(LockedDaemonQueue<?> child) {
    lock.lock();
    try {
      turns.remove(child);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <C> DaemonQueue<C> newChild(DaemonQueueSpec spec, Handler<? super C> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    if (spec.pool().isPresent() || spec.priority().isPresent() || spec.waiting().isPresent()) {
      throw new IllegalArgumentException(
          "spec of \""
              + spec.name()
              + "\" sets pool, priority or waiting, must set none: a child"
              + " runs where "
              + label()
              + " runs");
    }
    lock.lock();
    try {
      checkOpen();
    } finally {
      lock.unlock();
    }
    return host.newChild(this, spec, handler);
  }

  // Control

  @Override
  public void activate() {
    try {
      lock.lock();
      try {
        state.activate();
        wake();
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  @Override
  public void pause() {
    lock.lock();
    try {
      state.pause();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(QueueDeadline.forever(host));
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(QueueDeadline.of(host, limit));
  }

  /** Waits for the end of the drain that it finds, a child's turn and batchEnd included. */
  private boolean pauseAndWait(QueueDeadline deadline) throws InterruptedException {
    checkOutside("pauseAndWait()");
    try {
      lock.lock();
      try {
        state.pause();
        long drain = state.drains();
        while (state.isDraining() && state.drains() == drain) {
          if (!deadline.await(changed)) {
            return false;
          }
        }
        return true;
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  @Override
  public void resume() {
    try {
      lock.lock();
      try {
        if (!state.resume()) {
          throw misuse("resume() without pause()");
        }
        wake();
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  @Override
  public void flush() throws InterruptedException {
    flush(QueueDeadline.forever(host));
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(QueueDeadline.of(host, limit));
  }

  /** What closeNow takes away is not waited for; a broken queue says so. */
  private boolean flush(QueueDeadline deadline) throws InterruptedException {
    checkOutside("flush()");
    try {
      lock.lock();
      try {
        long mark = accepted;
        while (settled < Math.min(mark, cut)) {
          if (isBroken()) {
            throw closedException();
          }
          if (!deadline.await(changed)) {
            return false;
          }
        }
        return true;
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  // Closing

  @Override
  public void close() {
    beginClose(false, "close()");
    QueueDeadline.patiently(host, this::awaitClosed);
  }

  @Override
  public List<E> closeNow() {
    List<E> unhandled = beginClose(true, "closeNow()");
    QueueDeadline.patiently(host, this::awaitClosed);
    return unhandled;
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    QueueDeadline deadline = QueueDeadline.of(host, limit);
    beginClose(false, "close(limit)");
    return awaitClosed(deadline) && !hasLeftovers() ? List.of() : List.of(name());
  }

  private List<E> beginClose(boolean now, String operation) {
    checkOutside(operation);
    List<E> unhandled = List.of();
    lock.lock();
    try {
      if (turns.hasChildren() && !isBroken()) {
        throw misuse(operation + " of the target of live queues: " + turns.names());
      }
      if (now) {
        unhandled = new ArrayList<>(items);
        items.clear();
        cut = Math.min(cut, taken);
      }
      shut();
      state.close();
      finishOrWake();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return unhandled;
  }

  /** With the lock held, closing: nothing pending needs no drain, and wakes nobody (D8). */
  private void finishOrWake() {
    if (state.isClosing() && !state.isDraining() && !isPending()) {
      finishDraining();
    } else {
      wake();
    }
  }

  private boolean awaitClosed(QueueDeadline deadline) throws InterruptedException {
    int patient = deadline.isPatient() ? 1 : 0;
    lock.lock();
    try {
      patientClosers += patient;
      while (!state.isEnded()) {
        if (patient == 1 ? state.claimRelease() : claimRelease(!carrier.endsItself())) {
          lock.unlock();
          try {
            release();
          } finally {
            lock.lock();
          }
        } else if (!deadline.await(changed)) {
          return false;
        }
      }
    } finally {
      patientClosers -= patient;
      lock.unlock();
    }
    return carrier.awaitGone(deadline);
  }

  /** With the lock held: for one that will not wait, or not long. A patient closer goes first. */
  private boolean claimRelease(boolean may) {
    return may && patientClosers == 0 && state.claimRelease();
  }

  /** An own thread on its way out. */
  void releaseFromCarrier() {
    boolean mine;
    lock.lock();
    try {
      mine = claimRelease(true);
    } finally {
      lock.unlock();
    }
    if (mine) {
      release();
    }
  }

  /** Gives the carrier back and tells the host; then, and only then, the close has finished. */
  private void release() {
    try {
      carrier.release();
      host.ended(this);
    } catch (Throwable ours) {
      reportFault(ours);
    } finally {
      lock.lock();
      try {
        state.ended();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Takes the children along: nothing would ever run them. What is queued stays, for closeNow. */
  @Override
  void broke(Throwable cause) {
    boolean first;
    List<LockedDaemonQueue<?>> children;
    lock.lock();
    try {
      first = shutBroken(cause);
      state.close();
      children = turns.children();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (first) {
      reportFault(cause);
      children.forEach(child -> child.broke(cause));
    }
    finishBroken();
  }

  /** A drainer, if there is one, finishes by itself. */
  private void finishBroken() {
    boolean mine;
    lock.lock();
    try {
      if (state.isClosing() && !state.isDraining()) {
        finishDraining();
      }
      mine = claimRelease(!carrier.endsItself());
    } finally {
      lock.unlock();
    }
    if (mine) {
      release();
    }
  }

  private boolean hasLeftovers() {
    lock.lock();
    try {
      return !items.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  boolean isOver() {
    lock.lock();
    try {
      return state.isOver();
    } finally {
      lock.unlock();
    }
  }

  // What the runtime asks

  @Override
  public boolean holdsCaller() {
    return state.isDrainer() || !hasEnded() && carrier.holdsCaller();
  }

  private boolean hasEnded() {
    lock.lock();
    try {
      return state.isEnded();
    } finally {
      lock.unlock();
    }
  }

  private void checkOutside(String operation) {
    if (holdsCaller()) {
      throw misuse(
          operation
              + " from inside it, or from inside what its drain needs, would wait for itself");
    }
  }

  @Override
  public Counts counts() {
    long now = host.nanoTime();
    lock.lock();
    try {
      Thread drainer = state.drainer();
      List<Family.Running> runs =
          running && drainer != null
              ? List.of(
                  new Family.Running(
                      name(), Instant.now().minusNanos(now - runningSince), drainer.getName()))
              : List.of();
      return new Counts(items.size(), runs, accepted, 0, refused, completed, failed);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void interruptRuns() {
    lock.lock();
    try {
      Thread drainer = state.drainer();
      if (running && drainer != null) {
        drainer.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return label() + " (" + (isBroken() ? "broken" : state) + ", " + fill() + ")";
    } finally {
      lock.unlock();
    }
  }
}
