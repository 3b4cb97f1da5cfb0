// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

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
import org.jspecify.annotations.Nullable;

/**
 * A queue that brings its consumer (rules D1 to D17). A {@link Buffer} keeps the items, {@link
 * DaemonState} says who must call the {@link DaemonCarrier}, which brings a thread, and {@link
 * DaemonBatches} is what that thread does with items:
 *
 * <pre>
 *   producer   append; if told to signal: wake(ITEMS), and call the carrier if told to
 *   carrier    drainOnce: beginDrain; a batch, or a child's turn; endDrain, and call if told to
 *   close      close the buffer; CLOSING, and call if told to; whoever then sees the closed buffer
 *              empty with no drain going on takes the step to OVER
 * </pre>
 *
 * <p>Why nothing is lost at the end: once the buffer is closed it only shrinks, so "closed and
 * empty" stays true once seen, and the step to OVER fails while a drainer is still at it; that
 * drainer looks after its endDrain. An append that raced is in the buffer before its close returns,
 * or answers CLOSED.
 *
 * <p>Progress: offer and add are those of the buffer, and for the append that finds the buffer
 * empty a lock-free step and perhaps an unpark or a submission to the pool. activate, pause and
 * resume are lock-free. The others wait by contract.
 */
final class LockfreeDaemonQueue<E> extends BufferInlet<E> implements DaemonQueue<E>, Target {
  private final Handler<? super E> handler;
  private final DaemonState state;
  private final DaemonBatches<E> batches;
  private final DaemonCarrier carrier;
  private final DaemonClosing closing;
  private final DaemonChildren children = new DaemonChildren();
  private final TurnLine turns = new TurnLine();
  private final WaitList waits;
  private boolean turnIsNext; // drainer's own

  /** Who drains. Only ever compared with the caller, who sees at least what it wrote itself. */
  private volatile @Nullable Thread drainer;

  private LockfreeDaemonQueue(
      Host host, DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    super(
        host,
        Kind.DAEMON_QUEUE,
        spec.name(),
        spec.capacity(),
        spec.producersWait().orElseThrow(),
        HookedItems.of(host, handler));
    this.handler = handler;
    this.waits = new WaitList(host.parker());
    this.state = new DaemonState(spec.inactive().orElseThrow());
    this.batches = new DaemonBatches<>(this, state, handler, spec.maxBatch().orElseThrow());
    this.carrier = carrier(spec, target);
    this.closing = new DaemonClosing(this, state, carrier, waits);
  }

  static <E> LockfreeDaemonQueue<E> create(
      Host host, DaemonQueueSpec spec, Handler<? super E> handler, @Nullable Target target) {
    LockfreeDaemonQueue<E> queue = new LockfreeDaemonQueue<>(host, spec, handler, target);
    queue.carrier.start();
    return queue;
  }

  private DaemonCarrier carrier(DaemonQueueSpec spec, @Nullable Target target) {
    if (target != null) {
      return new DaemonTurns(this, target);
    }
    if (spec.pool().isPresent()) {
      return new DaemonJob(host, this, state, spec.pool().get());
    }
    int priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    ClassLoader loader = handler.getClass().getClassLoader();
    return new DaemonThread(host, this, state, priority, spec.waiting().orElseThrow(), loader);
  }

  @Override
  void signal() {
    callIf(state.wake(DaemonState.ITEMS));
  }

  /** A step of the state word said so. A call that fails would be lost: the queue breaks. */
  private void callIf(boolean due) {
    if (due) {
      try {
        carrier.call();
      } catch (Throwable ours) {
        broke(ours);
        throw ours;
      }
    }
  }

  /** Drainer. Null arms the buffer. */
  @Nullable E takeNext() {
    E item = buffer.poll();
    if (item != null) {
      wakePutters();
    }
    return item;
  }

  /** One drain, on the carrier's thread: a turn of one child, or a batch. */
  void drainOnce() {
    long pending = state.beginDrain();
    if (pending == 0) {
      return;
    }
    drainer = Thread.currentThread();
    long left = pending;
    try {
      left = drain(pending);
    } catch (Throwable ours) {
      broke(ours);
    } finally {
      endDrain(left);
    }
  }

  /** A batch and a child's turn take turns, if there are both. Returns what may be left. */
  private long drain(long pending) {
    boolean items = (pending & DaemonState.ITEMS) != 0;
    boolean mayTurn = (pending & DaemonState.TURNS) != 0;
    int handled = 0;
    if (items && !(mayTurn && turnIsNext)) {
      turnIsNext = true;
      handled = batches.run();
      items = !batches.foundEmpty();
    }
    if (mayTurn && handled == 0 && !state.isHeld()) {
      TurnLine.Turn turn = turns.poll();
      if (turn != null) {
        turnIsNext = false;
        turn.run();
      }
    }
    return (items ? DaemonState.ITEMS : 0) | (turns.isEmpty() ? 0 : DaemonState.TURNS);
  }

  private void endDrain(long left) {
    try {
      batches.rest();
      drainer = null;
      callIf(state.endDrain(left));
      endIfEmpty();
      waits.wakeAll();
      closing.leave();
    } catch (Throwable ours) {
      broke(ours);
    } finally {
      Thread.interrupted(); // interruptRuns may have come after the handler's end
    }
  }

  /** Once closing, after every step that may have made it the last: ends it, or has it drained. */
  private void endIfEmpty() {
    if (!state.isClosing()) {
      return;
    }
    if (!state.isBroken() && !buffer.isEmpty()) {
      callIf(state.wake(DaemonState.ITEMS));
    } else if (state.over()) {
      carrier.dismiss();
    }
  }

  /** The carrier's own thread, when it ends. */
  void carrierEnds() {
    closing.releaseUnlessAwaited();
  }

  void tellEnded() {
    host.ended(this);
  }

  @Override
  public Place newPlace(Child child) {
    return new DaemonPlace(this, child);
  }

  /** As a target: from now on the child is live, and this queue cannot be closed before it. */
  void register(Child child) {
    if (!children.register(child)) {
      throw closedException();
    }
  }

  void unregister(Child child) {
    children.unregister(child);
  }

  void addTurn(TurnLine.Turn turn) {
    if (turns.add(turn)) {
      callIf(state.wake(DaemonState.TURNS));
    }
  }

  void dropTurn(TurnLine.Turn turn) {
    turns.drop(turn);
  }

  @Override
  public <C> DaemonQueue<C> newChild(DaemonQueueSpec spec, Handler<? super C> handler) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(handler, "handler");
    if (spec.pool().isPresent() || spec.priority().isPresent() || spec.waiting().isPresent()) {
      throw new IllegalArgumentException(
          "spec of \""
              + spec.name()
              + "\" sets pool, priority or waiting, must set none of them: a child runs where "
              + label()
              + " runs");
    }
    checkOpen();
    return host.newChild(this, spec, handler);
  }

  @Override
  public void activate() {
    callIf(state.activate());
  }

  @Override
  public void pause() {
    state.pause();
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(Deadline.NEVER);
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(Deadline.in(limit));
  }

  /** Waits for the end of the drain that it finds, a child's turn and batchEnd included. */
  private boolean pauseAndWait(Deadline deadline) throws InterruptedException {
    checkOutside("pauseAndWait()");
    long drain = state.pause();
    return waits.await(() -> state.isPast(drain), deadline);
  }

  @Override
  public void resume() {
    DaemonState.Resumed resumed = state.resume();
    if (resumed == DaemonState.Resumed.NOT_PAUSED) {
      throw misuse("resume() without pause()");
    }
    callIf(resumed == DaemonState.Resumed.CALL);
  }

  @Override
  public void flush() throws InterruptedException {
    flush(Deadline.NEVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Deadline.in(limit));
  }

  /** What closeNow takes away is not waited for; a broken queue says so. */
  private boolean flush(Deadline deadline) throws InterruptedException {
    checkOutside("flush()");
    long mark = buffer.appended();
    boolean flushed = waits.await(() -> state.isOver() || batches.settled() >= mark, deadline);
    if (state.isBroken() && batches.settled() < mark) {
      throw closedException();
    }
    return flushed;
  }

  @Override
  public void close() {
    closePatiently("close()", false);
  }

  @Override
  public List<E> closeNow() {
    return closePatiently("closeNow()", true);
  }

  private List<E> closePatiently(String operation, boolean now) {
    checkClosable(operation);
    closing.bePatient();
    try {
      List<E> unhandled = beginClose(now);
      closing.awaitPatiently();
      return unhandled;
    } finally {
      closing.losePatience();
    }
  }

  /** A queue that broke leaves unfinished what is in it. */
  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    checkClosable("close(limit)");
    beginClose(false);
    return closing.await(deadline) && isEmpty() ? List.of() : List.of(name());
  }

  /** From here on the close can't be refused, and no child can come. */
  private void checkClosable(String operation) {
    checkOutside(operation);
    if (!children.close()) {
      throw misuse(operation + " of the target of live queues: " + children.names());
    }
  }

  /** Returns, for closeNow, what is not handled any more. */
  private List<E> beginClose(boolean now) {
    shut();
    List<E> unhandled = now && state.cut() ? takeAll() : List.of();
    callIf(state.close());
    endIfEmpty();
    waits.wakeAll();
    return unhandled;
  }

  /** The one who cut: no drain begins any more, so after the one in progress the items are his. */
  private List<E> takeAll() {
    waits.wakeAll();
    waits.awaitUninterruptibly(() -> !state.isDraining());
    List<E> all = new ArrayList<>();
    for (E item = buffer.poll(); item != null; item = buffer.poll()) {
      all.add(hooks == null ? item : hooks.item(item));
    }
    return all;
  }

  /** Takes the children along: nothing would ever run them. What is queued stays, for closeNow. */
  @Override
  void brokeDown(Throwable cause) {
    children.abandon(cause);
    state.broke();
    endIfEmpty();
    waits.wakeAll();
    closing.leave();
  }

  @Override
  public boolean holdsCaller() {
    return drainer == Thread.currentThread() || (!state.isEnded() && carrier.holdsCaller());
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
    return batches.counts(buffer, refused(), drainer);
  }

  /** Pinned, the thread cannot go on to another queue's run, which the interrupt is not for. */
  @Override
  public void interruptRuns() {
    if (state.pin()) {
      try {
        Thread running = drainer;
        if (running != null && batches.isRunning()) {
          running.interrupt();
        }
      } finally {
        state.unpin();
      }
    }
  }

  @Override
  public String toString() {
    return label() + " (" + state + ", " + fill() + ")";
  }
}
