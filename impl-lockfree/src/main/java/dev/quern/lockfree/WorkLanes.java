// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.ThreadPool;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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
 *   version   +1       +1        +1      +1     against another stack with the same top
 * </pre>
 *
 * <p>No item is left in line. Whoever takes a place there then looks at this word, and engages a
 * lane unless all are engaged. A lane that finds the line empty leaves, then looks at the line
 * again; if somebody stands there it engages a lane as a newcomer does; if none is free, all are
 * engaged by others, who will look in their turn. Both sides write, then read what the other
 * writes, so one of them sees the other (Dekker).
 *
 * <p>A thread never goes on as another lane than the one whose job it runs: a job has one body at a
 * time, so a lane engaged meanwhile would be stuck behind it, engaged and not running.
 *
 * <p>Sealing, at close: the line is sealed first, so that nobody comes any more. Then the word: who
 * is about to submit a lane's job has it done when starting is zero; for those who come too late
 * the one who seals engages lanes. From then on the pool may be closed, for the lanes that are
 * engaged need it no more: they leave when the line is empty.
 *
 * <p>The version has 23 bits: one held up between its look and its step for a multiple of 2^23
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

  private static final int MOST = 0xFFFF - 1;
  private static final long FREE = 0xFFFF;
  private static final int ENGAGED_SHIFT = 16;
  private static final long ENGAGED = 1L << ENGAGED_SHIFT;
  private static final int STARTING_SHIFT = 32;
  private static final long STARTING = 1L << STARTING_SHIFT;
  private static final long STARTING_MASK = 0xFFL;
  private static final long SEALED = 1L << 40;
  private static final long VERSION = 1L << 41;

  private final WorkCore core;
  private final ThreadPool pool;
  private final int most;
  private final ConcurrentMap<Integer, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger made = new AtomicInteger();
  private volatile long word;

  WorkLanes(WorkCore core, ThreadPool pool, int maxActive) {
    this.core = core;
    this.pool = pool;
    this.most = Math.min(maxActive, MOST);
  }

  ThreadPool pool() {
    return pool;
  }

  Job newJob(Action body) {
    return pool.newJob(core.name, body);
  }

  /** Whether one item at a time is all that may run. */
  boolean isSingle() {
    return most == 1;
  }

  /** How many items may run at once. */
  int most() {
    return most;
  }

  /** No lane runs an item or is about to look. */
  boolean areFree() {
    return engaged(word) == 0;
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
      long old = word;
      if (engaged(old) >= most || (old & SEALED) != 0) {
        return;
      }
      if (starting(old) == STARTING_MASK) {
        Thread.yield(); // as many starters as can be counted
      } else if (step(old, popped(old) + STARTING)) {
        start(free(old));
        return;
      }
    }
  }

  private long popped(long old) {
    int top = free(old);
    long rest = top == 0 ? 0 : lane(top).nextFree;
    return (old & ~FREE | rest) + ENGAGED;
  }

  private Lane lane(int free) {
    Lane lane = lanes.get(free);
    assert lane != null : "a free lane that was never made";
    return lane;
  }

  private void start(int free) {
    Lane lane = null;
    try {
      lane = free == 0 ? make() : lane(free);
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

  /** Its job could not be submitted. */
  private void giveBack(@Nullable Lane lane) {
    long old;
    do {
      old = word;
    } while (!step(old, (lane == null ? old - ENGAGED : pushed(old, lane)) - STARTING));
  }

  private static long pushed(long old, Lane lane) {
    lane.nextFree = free(old);
    return (old & ~FREE | lane.number) - ENGAGED;
  }

  /**
   * It has found the line empty. Whether it has left: then its job's body has to end, since the job
   * may have been submitted again.
   */
  boolean leave(Lane lane) {
    long old;
    do {
      old = word;
      if ((old & SEALED) != 0 && !core.line.isEmpty()) {
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
        left = startsWell(free(old)) ? left - 1 : 0;
      }
    }
  }

  /** False if it broke the queue: then nothing is in line any more, and the close goes on. */
  private boolean startsWell(int free) {
    try {
      start(free);
      return true;
    } catch (Throwable reported) {
      return false;
    }
  }

  private boolean step(long old, long next) {
    return WORD.compareAndSet(this, old, next + VERSION);
  }
}
