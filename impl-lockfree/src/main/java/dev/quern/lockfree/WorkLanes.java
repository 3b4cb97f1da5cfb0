// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Pool;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which lanes of a queue are open: one word.
 *
 * <pre>
 *   bits      engage   started   leave   seal   meaning
 *   free      pop      .         push    .      the stack of lanes that are free: number + 1, 0 for none
 *   engaged   +1       .         -1      .      lanes that run items or are about to look
 *   starting  +1       -1        .       .      of these, lanes whose job has not been submitted yet
 *   SEALED    -        .         .       set    nobody is engaged any more but by who leaves
 *   RESERVED  set (1)  .         clear   .      the lane of the reserved worker is engaged
 *   version   +1       +1        +1      +1     against another stack with the same top
 *
 *   (1) if the queue has one and it is clear: in place of a pop, so it is engaged before any other
 * </pre>
 *
 * <p>No item is left in line. Whoever takes a place there then looks at this word, and engages a
 * lane unless all are engaged. A lane that finds the line empty leaves, then looks at the line
 * again; if somebody stands there it engages a lane as a newcomer does; if none is free, all are
 * engaged by others, who will look in their turn. Both sides write, then read what the other
 * writes, so one of them sees the other (Dekker).
 *
 * <p>Before it leaves, one lane may linger, see {@link Linger}: who takes a place then leaves it to
 * that lane, which looks at the line once more after it has ceased to linger: to leave, or if it
 * has found something, for who may have left a second item to it. The same two sides again.
 *
 * <p>A queue with a reserved worker (W14): the others are one lane less than may be engaged, since
 * the reserved one is engaged first. So it is engaged whenever an item is in line and it is free,
 * whatever became of the jobs of the others.
 *
 * <p>A pause (W25) has lanes leave, and nobody engage, see {@link Pauses}: who took a place then
 * looks for a pause, and so does who has left; who ends the last pause engages lanes for the line.
 *
 * <p>A thread never goes on as another lane than the one whose job it runs: a job has one body at a
 * time, so a lane engaged meanwhile would be stuck behind it, engaged and not running.
 *
 * <p>Sealing, at close: the line is sealed first, so that nobody comes any more. Then the word: who
 * is about to submit a lane's job has it done when starting is zero; for those who come too late
 * the one who seals engages lanes. From then on the pool may be closed, for the lanes that are
 * engaged need it no more: they leave when the line is empty. A shared pool is given back by
 * whoever finds the sealing done and nobody engaged but the reserved lane: both the one who seals
 * and those who leave look, each after its own write. Lanes that its workers had not begun are not
 * waited for then, nor when it breaks: their jobs are taken back.
 *
 * <p>The version has 22 bits: one held up between its look and its step for a multiple of 2^22
 * steps, who then finds the same top, engaged and starting, would take a wrong rest of the stack
 * for free.
 *
 * <p>Progress: engaging is lock-free, but that the 256th of those who start lanes at once yields
 * until another is through; opening a lane for the first time allocates it.
 */
final class WorkLanes {
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, WorkLanes.class, long.class);

  private static final int SHARE = 16;
  private static final int MOST = 0xFFFF - 1;
  private static final long FREE = 0xFFFF;
  private static final int ENGAGED_SHIFT = 16;
  private static final long ENGAGED = 1L << ENGAGED_SHIFT;
  private static final int STARTING_SHIFT = 32;
  private static final long STARTING = 1L << STARTING_SHIFT;
  private static final long STARTING_MASK = 0xFFL;
  private static final long SEALED = 1L << 40;
  private static final long RESERVED = 1L << 41;
  private static final long VERSION = 1L << 42;

  private final WorkCore core;
  private final LanePool pool;
  private final int most;
  private final @Nullable ReservedWorker reserved;
  private final ConcurrentMap<Integer, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicBoolean given = new AtomicBoolean(); // the shared pool, back
  private final LingerFlag lingering = new LingerFlag();
  private volatile boolean sealingDone;
  private volatile boolean sharedBroken;
  private volatile long word;

  WorkLanes(WorkCore core, LanePool pool, int maxActive, boolean reserved) {
    this.core = core;
    this.pool = pool;
    this.most = Math.min(maxActive, MOST);
    this.reserved = reserved ? new ReservedWorker(core) : null;
  }

  /**
   * The last step of creation.
   *
   * @throws IllegalStateException if the reserved worker cannot be started; nothing is left then
   */
  void open(int priority) {
    if (reserved != null) {
      boolean started = false;
      try {
        Lane lane = new Lane(core, reserved);
        lanes.put(0, lane);
        reserved.start(lane, priority);
        started = true;
      } catch (CannotStartThreadException failed) {
        throw new IllegalStateException(
            core.label() + ": its reserved worker cannot be started: " + failed.getCause(),
            failed.getCause());
      } finally {
        if (!started) {
          discardPool();
        }
      }
    }
    Pool shared = pool.shared();
    if (shared != null) {
      shared.whenBroken(this::sharedBroke);
    }
  }

  private void discardPool() {
    Pool shared = pool.shared();
    if (shared != null) {
      shared.close();
    } else {
      pool.close();
    }
  }

  LanePool pool() {
    return pool;
  }

  /**
   * After so many items a shared pool has its worker back; 1 where it clears thread-locals (P18).
   */
  int share() {
    Pool shared = pool.shared();
    return shared != null && shared.clearsThreadLocals() ? 1 : SHARE;
  }

  boolean isShared() {
    return pool.shared() != null;
  }

  Job newJob(Action body) {
    return pool.newJob(core.name, body);
  }

  /** Whether the caller is what the lanes would have to wait for (G6). */
  boolean isOnOnlyWorker() {
    return reserved == null && pool.holdsCaller();
  }

  void requireOtherWorker(Object what, String operation) {
    if (isOnOnlyWorker()) {
      throw new MisuseException(
          what + ": " + operation + " on the only worker of its pool would wait for itself");
    }
  }

  /** Whether one item at a time is all that may run. */
  boolean isSingle() {
    return most == 1;
  }

  /** How many items may run at once. */
  int most() {
    return most;
  }

  List<Lane> all() {
    return new ArrayList<>(lanes.values());
  }

  private static int engaged(long word) {
    return (int) (word >>> ENGAGED_SHIFT) & 0xFFFF;
  }

  private static int free(long word) {
    return (int) (word & FREE);
  }

  private static long starting(long word) {
    return (word >>> STARTING_SHIFT) & STARTING_MASK;
  }

  /** Someone has taken a place in line. */
  void engage() {
    while (true) {
      if (core.pauses.isPaused()) {
        core.placeLeft(); // it may be one where nobody stands by now
        return;
      }
      long old = word;
      if (engaged(old) >= most || (old & SEALED) != 0 || lingering.isSet()) {
        return;
      }
      if (starting(old) == STARTING_MASK) {
        Thread.yield(); // as many starters as can be counted
      } else if (step(old, popped(old) + STARTING)) {
        start(old);
        return;
      }
    }
  }

  /** Of a lane that would leave; it looks at the line after it. */
  Linger newLinger() {
    return new Linger(lingering, this::mayLinger, () -> !core.line.isEmpty());
  }

  /** A shared pool has others to serve; and nobody waits for a lane that lingers. */
  boolean mayLinger() {
    return !isShared() && !core.pauses.isPaused() && core.gate.isOpen();
  }

  /** Who lingered has taken one: the next may have been left to it as well. */
  void engageForRest() {
    if (most > 1 && !core.line.isEmpty()) {
      engage();
    }
  }

  /** The last pause has ended: a lane for each that stands in line, as far as there are any. */
  void engageAll() {
    for (long left = core.line.end() - core.line.begin();
        left > 0 && engaged(word) < most;
        left--) {
      engage();
    }
  }

  private boolean takesReserved(long old) {
    return reserved != null && (old & RESERVED) == 0;
  }

  private long popped(long old) {
    if (takesReserved(old)) {
      return (old | RESERVED) + ENGAGED;
    }
    int top = free(old);
    long rest = top == 0 ? 0 : lane(top).nextFree;
    return (old & ~FREE | rest) + ENGAGED;
  }

  private Lane lane(int free) {
    Lane lane = lanes.get(free);
    assert lane != null : "a free lane that was never made";
    return lane;
  }

  /** The lane that the step from that word engaged. */
  private void start(long old) {
    if (takesReserved(old)) {
      lane(0).start();
      settle();
      return;
    }
    Lane lane = null;
    try {
      lane = free(old) == 0 ? make() : lane(free(old));
      lane.start();
    } catch (Throwable thrown) {
      giveBack(lane);
      core.broke(thrown);
      throw thrown;
    }
    settle();
  }

  private Lane make() {
    Lane lane = new Lane(core, made.incrementAndGet());
    lanes.put(lane.number, lane);
    return lane;
  }

  private void settle() {
    long old;
    do {
      old = word;
    } while (!step(old, old - STARTING));
  }

  /** Its job could not be made, or submitted. */
  private void giveBack(@Nullable Lane lane) {
    if (lane != null && isShared() && !lane.called.compareAndSet(true, false)) {
      settle(); // whoever was told that the pool broke has it leave
      return;
    }
    long old;
    do {
      old = word;
    } while (!step(old, (lane == null ? old - ENGAGED : pushed(old, lane)) - STARTING));
    endIfOver();
  }

  private static long pushed(long old, Lane lane) {
    if (lane.isReserved()) {
      return (old & ~RESERVED) - ENGAGED;
    }
    lane.nextFree = free(old);
    return (old & ~FREE | lane.number) - ENGAGED;
  }

  /**
   * It has found the line empty. Whether it has left: then its job's body has to end, since the job
   * may have been submitted again.
   */
  boolean leave(Lane lane) {
    if (isShared() && !lane.isReserved() && !lane.called.compareAndSet(true, false)) {
      return true; // the pool broke, and it was dismissed
    }
    long old;
    do {
      old = word;
      if ((old & SEALED) != 0 && !core.line.isEmpty()) {
        lane.markCalled(true);
        return false; // who comes now comes by the end of a run, whose lane looks itself
      }
    } while (!step(old, pushed(old, lane)));
    if (!core.line.isEmpty()) {
      engage();
    }
    core.settled();
    return true;
  }

  /** After the line has been sealed: from its return on no lane needs the pool to be open. */
  void seal() {
    try {
      sealWord();
    } finally {
      sealingDone = true;
      endIfOver();
    }
  }

  private void sealWord() {
    long old;
    do {
      old = word;
    } while (!step(old, old | SEALED));
    while (starting(word) != 0) {
      Thread.yield(); // whoever is between engaging a lane and submitting its job
    }
    // Those who took a place and came too late to engage: a lane each, as they would have done.
    long left = core.line.end() - core.line.begin();
    while (left > 0) {
      old = word;
      if (engaged(old) >= most) {
        return;
      }
      if (step(old, popped(old) + STARTING)) {
        left = startsWell(old) ? left - 1 : 0;
      }
    }
  }

  /** False if it broke the queue: then nothing is in line any more, and the close goes on. */
  private boolean startsWell(long old) {
    try {
      start(old);
      return true;
    } catch (Throwable reported) {
      return false;
    }
  }

  /** Gives a shared pool back, once. Waits for nothing. */
  void endIfOver() {
    Pool shared = pool.shared();
    if (shared == null || !sealingDone) {
      return;
    }
    if (core.line.isEmpty()) {
      dismiss();
    }
    long now = word;
    int ofReserved = (now & RESERVED) == 0 ? 0 : 1;
    if (engaged(now) == ofReserved && given.compareAndSet(false, true)) {
      try {
        all().forEach(Lane::release);
        shared.close();
      } finally {
        core.partEnded();
      }
    }
  }

  /** Lanes whose bodies the pool had not begun will not come. */
  private void sharedBroke(Throwable cause) {
    core.broke(cause); // nobody is in line any more
    sharedBroken = true;
    dismiss();
    core.settled();
    endIfOver();
  }

  /** Lanes that wait for a worker of the shared pool wait for it no more. */
  private void dismiss() {
    for (Lane lane : all()) {
      if (lane.isDismissed(sharedBroken)) {
        long old;
        do {
          old = word;
        } while (!step(old, pushed(old, lane)));
      }
    }
  }

  /** No lane will be engaged any more. */
  void stopReserved() {
    if (reserved != null) {
      reserved.stop();
    }
  }

  void awaitReserved() {
    if (reserved != null) {
      reserved.awaitEnd();
    }
  }

  private boolean step(long old, long next) {
    return WORD.compareAndSet(this, old, next + VERSION);
  }
}
