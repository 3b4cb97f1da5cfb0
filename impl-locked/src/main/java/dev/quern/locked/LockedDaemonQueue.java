// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Target;
import java.time.Duration;
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
 * <p>Progress: every operation takes the lock; handlers run without it, and a target, which may be
 * of another provider, is asked for a turn without it.
 */
final class LockedDaemonQueue<E> extends QueueInlet<E> implements DaemonQueue<E>, Target {
  /** What a drainer that leaves has to do yet, without the lock. */
  private enum Left {
    NOTHING,
    CALL,
    RELEASE
  }

  private final Handler<? super E> handler;
  private final @Nullable ContextHook contextHook;
  private final QueueCarrier carrier;
  private final DaemonQueueState state; // guarded by lock
  private final DaemonQueueBatches batches; // guarded by lock
  private final QueueTurns turns = new QueueTurns(); // guarded by lock
  private final DaemonQueueClosing closing;

  /** A drain or a batch has ended, or a close has got on. */
  final Condition changed = lock.newCondition();

  private LockedDaemonQueue(
      Host host, DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    super(
        host, Kind.DAEMON_QUEUE, spec.name(), spec.capacity(), spec.producersWait().orElseThrow());
    this.handler = handler;
    this.contextHook = host.contextHook();
    this.state = new DaemonQueueState(spec.inactive().orElseThrow());
    this.batches = new DaemonQueueBatches(spec.maxBatch().orElseThrow());
    this.carrier = carrier(spec, target);
    this.closing = new DaemonQueueClosing(this, state, carrier);
  }

  static <E> LockedDaemonQueue<E> create(
      Host host, DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    LockedDaemonQueue<E> queue = new LockedDaemonQueue<>(host, spec, handler, target);
    queue.carrier.start();
    return queue;
  }

  private QueueCarrier carrier(DaemonQueueSpec spec, @Nullable Target target) {
    if (target != null) {
      return new TargetQueueCarrier(this, target);
    }
    if (spec.pool().isPresent()) {
      return new PoolQueueCarrier(host, this, spec.pool().get());
    }
    int priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    ClassLoader loader = handler.getClass().getClassLoader();
    return new ThreadQueueCarrier(host, this, priority, spec.waiting().orElseThrow(), loader);
  }

  @Override
  List<Action> capture(List<E> added) {
    if (contextHook == null) {
      return List.of();
    }
    List<Action> runs = new ArrayList<>();
    for (E item : added) {
      runs.add(UserCode.captured(contextHook, () -> handler.handle(item)));
    }
    return runs;
  }

  @Override
  boolean appended() {
    return wake();
  }

  @Override
  void afterAppend() {
    callIf(true);
  }

  /**
   * With the lock held: has the carrier drain if that is due, and not asked for yet (D3). Returns
   * what {@link #callIf} is to be told without it.
   */
  private boolean wake() {
    return state.wake(isPending()) && carrier.wake();
  }

  /** Without the lock. A call that fails would be lost: the queue breaks. */
  private void callIf(boolean wanted) {
    if (wanted) {
      try {
        carrier.call();
      } catch (Throwable ours) {
        broke(ours);
        throw ours;
      }
    }
  }

  /** With the lock held. A broken queue handles nothing more. */
  private boolean isPending() {
    return !isBroken() && !(items.isEmpty() && turns.isEmpty());
  }

  /** One drain, on the carrier's thread. Does nothing if none is owed any more. */
  void drainOnce() {
    if (!locked(state::beginDrain)) {
      return;
    }
    try {
      Child child = locked(this::nextTurn);
      if (child != null) {
        child.takeTurn();
      } else {
        drainBatch();
      }
    } catch (Throwable ours) {
      broke(ours);
    }
    endDrain();
  }

  private @Nullable Child nextTurn() {
    return state.isHeld() || isBroken() ? null : turns.next(!items.isEmpty(), batches.taken());
  }

  private void drainBatch() {
    Action run = next();
    if (run == null) {
      return;
    }
    for (; run != null; run = next()) {
      handle(run);
    }
    UserCode.runOnOurThread(host, kind(), name(), null, handler, handler::batchEnd);
    lockedDo(
        () -> {
          batches.settle();
          changed.signalAll();
        });
  }

  private void handle(Action run) {
    boolean well = UserCode.runOnOurThread(host, kind(), name(), null, handler, run);
    lockedDo(() -> batches.ran(well));
  }

  /** The handler call of the next item of this batch, or null at the batch's end (D4). */
  private @Nullable Action next() {
    long now = host.nanoTime();
    return locked(
        () -> {
          if (batches.isOver(state) || isBroken()) {
            return null;
          }
          E item = items.poll();
          if (item == null) {
            return null;
          }
          batches.take(now);
          signalRoom();
          Action wrapped = captured.poll();
          return wrapped == null ? () -> handler.handle(item) : wrapped;
        });
  }

  private void endDrain() {
    try {
      switch (locked(this::leaveDrain)) {
        case CALL -> callIf(true);
        case RELEASE -> closing.release();
        case NOTHING -> {}
      }
    } catch (Throwable ours) {
      broke(ours);
    } finally {
      Thread.interrupted(); // interruptRuns may have come after the handler's end
    }
  }

  /** With the lock held. Returns what is left to be done without it. */
  private Left leaveDrain() {
    batches.rest();
    state.endDrain();
    changed.signalAll();
    if (state.isClosing() && !isPending()) {
      closing.drained();
      return closing.isMine() ? Left.RELEASE : Left.NOTHING;
    }
    return wake() ? Left.CALL : Left.NOTHING;
  }

  @Override
  public Place newPlace(Child child) {
    return new QueuePlace(this, child);
  }

  /** As a target: from now on the child is live, and this queue cannot be closed before it. */
  void register(QueuePlace child) {
    lockedDo(
        () -> {
          checkOpen();
          turns.register(child);
        });
  }

  void unregister(QueuePlace child) {
    lockedDo(() -> turns.unregister(child));
  }

  void addTurn(QueuePlace child) {
    callIf(
        guarded(
            () -> {
              turns.add(child, accepted);
              return wake();
            }));
  }

  void removeTurn(QueuePlace child) {
    lockedDo(() -> turns.remove(child));
  }

  @Override
  public <C> DaemonQueue<C> newChild(DaemonQueueSpec spec, Handler<? super C> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    if (spec.pool().isPresent() || spec.priority().isPresent() || spec.waiting().isPresent()) {
      throw new IllegalArgumentException(
          "spec of \""
              + spec.name()
              + "\" sets pool, priority or waiting, must set none of them:"
              + " a child runs where "
              + label()
              + " runs");
    }
    lockedDo(this::checkOpen);
    return host.newChild(this, spec, handler);
  }

  @Override
  public void activate() {
    callIf(
        guarded(
            () -> {
              state.activate();
              return wake();
            }));
  }

  @Override
  public void pause() {
    lockedDo(state::pause);
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
    return guarded(
        () -> {
          state.pause();
          long drain = state.drains();
          while (state.isDraining() && state.drains() == drain) {
            if (!deadline.await(changed)) {
              return false;
            }
          }
          return true;
        });
  }

  @Override
  public void resume() {
    callIf(
        guarded(
            () -> {
              if (!state.resume()) {
                throw misuse("resume() without pause()");
              }
              return wake();
            }));
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
    return guarded(
        () -> {
          long mark = accepted;
          while (!batches.isSettled(mark)) {
            if (isBroken()) {
              throw closedException();
            }
            if (!deadline.await(changed)) {
              return false;
            }
          }
          return true;
        });
  }

  @Override
  public void close() {
    beginClose(false, "close()");
    QueueDeadline.patiently(host, closing::await);
  }

  @Override
  public List<E> closeNow() {
    List<E> unhandled = beginClose(true, "closeNow()");
    QueueDeadline.patiently(host, closing::await);
    return unhandled;
  }

  /** A queue that broke leaves unfinished what is in it. */
  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    QueueDeadline deadline = QueueDeadline.of(host, limit);
    beginClose(false, "close(limit)");
    return closing.await(deadline) && isEmpty() ? List.of() : List.of(name());
  }

  /** Returns, for closeNow, what is not handled any more. */
  private List<E> beginClose(boolean now, String operation) {
    checkOutside(operation);
    List<E> unhandled = new ArrayList<>();
    callIf(
        guarded(
            () -> {
              if (turns.hasChildren() && !isBroken()) {
                throw misuse(operation + " of the target of live queues: " + turns.names());
              }
              if (now) {
                unhandled.addAll(items);
                items.clear();
                captured.clear();
                batches.cut();
              }
              shut();
              state.close();
              boolean call = finishOrWake();
              changed.signalAll();
              return call;
            }));
    return unhandled;
  }

  /** With the lock held: a close with nothing pending needs no drain, and wakes nobody (D8). */
  private boolean finishOrWake() {
    if (state.isClosing() && !state.isDraining() && !isPending()) {
      closing.drained();
      return false;
    }
    return wake();
  }

  /** Takes the children along: nothing would ever run them. What is queued stays, for closeNow. */
  @Override
  void broke(Throwable cause) {
    boolean first = locked(() -> shutBroken(cause));
    if (first) {
      reportFault(cause);
      locked(turns::children).forEach(child -> child.broke(cause));
    }
    boolean mine =
        locked(
            () -> {
              state.close();
              finishOrWake(); // a drainer, if there is one, finishes by itself
              changed.signalAll();
              return closing.isAnyones();
            });
    if (mine) {
      closing.release();
    }
  }

  /** The carrier's own thread, when it ends. */
  void carrierEnds() {
    closing.releaseOnTheWayOut();
  }

  boolean isOver() {
    return locked(state::isOver);
  }

  @Override
  public boolean holdsCaller() {
    return state.isDrainer() || (!locked(state::isEnded) && carrier.holdsCaller());
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
    return locked(
        () ->
            new Counts(
                items.size(),
                batches.running(name(), now, state.drainer()),
                accepted,
                0,
                refused,
                batches.completed(),
                batches.failed()));
  }

  @Override
  public void interruptRuns() {
    lockedDo(
        () -> {
          Thread drainer = state.drainer();
          if (batches.isRunning() && drainer != null) {
            drainer.interrupt();
          }
        });
  }

  @Override
  public String toString() {
    return locked(() -> label() + " (" + (isBroken() ? "broken" : state) + ", " + fill() + ")");
  }
}
