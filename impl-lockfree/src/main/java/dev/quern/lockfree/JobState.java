// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The state word of a job (rules P4 to P7), and its home node.
 *
 * <pre>
 *   event            IDLE          WAITING       RUNNING        AGAIN
 *   ask              WAITING (s)   WAITING (w)   AGAIN (s)      AGAIN (w)
 *   begin(stamp)     -             RUNNING (b)   -              -
 *   takeBack         IDLE          IDLE          RUNNING        RUNNING
 *   ..AndRefuse      IDLE          IDLE          RUNNING (c)    RUNNING (c)
 *   endRun, endBody  -             -             IDLE (e)       WAITING (e); or IDLE (l)
 *   repeat(stamp)    -             -             -              RUNNING (r)
 *   drop(stamp)      -             IDLE          -              -
 *
 *   (s) with a new stamp   (w) written all the same, so that the run reads from it (rule G2)
 *   (b) only if the stamp is the one of the place; a body more
 *   (c) and CANCELLING: ask changes nothing until the run's end clears it
 *   (e) a body less, unless it is done()   (l) done() with an interlock: the body looked again
 *   (r) if the job submitted itself, and not more often in a row than maxRun: no place, no line
 *
 *   bits      field        meaning
 *   0-1       phase        IDLE, WAITING, RUNNING, AGAIN
 *   2         CANCELLING   someone waits, or gave up waiting, for the run in progress to go
 *   3         CLOSED       ask changes nothing any more
 *   4         LINKED       the home node is in line, or in a worker's hands
 *   5-28      bodies       how many have not left their workers (rule P7), each with a thread
 *   29-63     stamp        number of the run that was accepted last
 * </pre>
 *
 * <p>So in AGAIN it is that of the run that follows, and after that was taken back RUNNING has a
 * stamp that no place bears. It makes a place in line and a run the same thing: a place whose stamp
 * is not the word's is stale, so a job that was cancelled and submitted again is served at its new
 * place only, and a late end of an old run is none of the new one. It wraps after 2^35 runs of one
 * job; a place would have to be that old.
 *
 * <p>LINKED is set by whoever makes the job WAITING with the home node, and cleared by whoever took
 * that node out of line. In between the node must not be put in line again.
 *
 * <p>Not an invariant: that a WAITING job is in line. It gets there after its word has changed;
 * {@link LockfreeJob} tells who has to see to it.
 *
 * <p>Ordering: each transition is one compare-and-set in volatile mode; those of a job form one
 * order in which each happens-before the next. Progress: lock-free, retried only because another
 * one succeeded.
 */
class JobState extends LineNode {
  static final int IDLE = 0;
  static final int WAITING = 1;
  static final int RUNNING = 2;
  static final int AGAIN = 3;
  static final long NO_RUN = -1;

  private static final long PHASE = 3;
  private static final int STAMP_SHIFT = 29;
  private static final long CANCELLING = 1 << 2;
  private static final long CLOSED = 1 << 3;
  private static final long LINKED = 1 << 4;
  private static final long BODY = 1 << 5;
  private static final long BODIES = 0xffffff * BODY;
  private static final long STAMP = 1 << STAMP_SHIFT;
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, JobState.class, long.class);

  private static final VarHandle LATEST =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "latest", VarHandle.class, JobState.class, int.class);

  private volatile long word;

  /** Low bits of the stamp of the run that began last, or is about to; of a view's job only. */
  private volatile int latest;

  @Override
  JobState job() {
    return this;
  }

  // ---- Reading a word

  long word() {
    return word;
  }

  static int phase(long word) {
    return (int) (word & PHASE);
  }

  static boolean isRunning(long word) {
    return phase(word) >= RUNNING;
  }

  /** Whether asking makes it WAITING: then it takes room. */
  static boolean isAdded(long word) {
    return phase(word) == IDLE && (word & (CLOSED | CANCELLING)) == 0;
  }

  static boolean isClosed(long word) {
    return (word & CLOSED) != 0;
  }

  static boolean isCancelling(long word) {
    return (word & CANCELLING) != 0;
  }

  static long stamp(long word) {
    return word >>> STAMP_SHIFT;
  }

  private static int bodies(long word) {
    return (int) ((word & BODIES) / BODY);
  }

  /** Whether no run is owed and no body refers to the job. */
  boolean isReleased() {
    long now = word;
    return phase(now) == IDLE && bodies(now) == 0;
  }

  boolean hasBody() {
    return bodies(word) > 0;
  }

  /** Whether the place is the one at which the job waits. */
  boolean waitsAt(LineNode place) {
    return isWaiting(word, place.stamp);
  }

  private static boolean isWaiting(long word, long stamp) {
    return phase(word) == WAITING && stamp(word) == stamp;
  }

  // ---- The table

  /**
   * Returns the word before. If that was IDLE, and neither closed nor cancelling, the caller puts
   * the job in line: {@link #place}.
   */
  long ask() {
    return ask(true);
  }

  /**
   * As {@link #ask()}.
   *
   * @param mayAdd whether one that is IDLE becomes WAITING; else it stays what it is
   */
  long ask(boolean mayAdd) {
    while (true) {
      long old = word;
      if (tryAsk(old, mayAdd)) {
        return old;
      }
    }
  }

  /** One try of {@link #ask(boolean)}, on the word that was looked at. */
  boolean tryAsk(long old, boolean mayAdd) {
    if ((old & (CLOSED | CANCELLING)) != 0 || (!mayAdd && phase(old) == IDLE)) {
      return true;
    }
    long now =
        switch (phase(old)) {
          case IDLE -> (old + STAMP) | WAITING | LINKED;
          case RUNNING -> (old + STAMP) | AGAIN;
          default -> old;
        };
    return WORD.compareAndSet(this, old, now);
  }

  /** The stamp of the run that ask adds to that word; or NO_RUN. */
  static long added(long old) {
    int phase = phase(old);
    boolean adds = (phase == IDLE || phase == RUNNING) && (old & (CLOSED | CANCELLING)) == 0;
    return adds ? stamp(old + STAMP) : NO_RUN;
  }

  /** The stamp of the run that a step from that word made WAITING. */
  private static long waits(long before) {
    return phase(before) == AGAIN ? stamp(before) : stamp(before + STAMP);
  }

  /** The node for the run that a submission or an end has just made WAITING. */
  LineNode place(long before) {
    long waits = waits(before);
    if ((before & LINKED) != 0) {
      return new Extra(this, waits);
    }
    stamp = waits;
    return this;
  }

  /**
   * By whoever took the place out of line, and has let go of it: the run begins, if it still waits
   * there.
   */
  boolean begin(LineNode place) {
    return leaveLine(place, RUNNING, BODY);
  }

  /** As {@link #begin}, but the run does not take place. Returns whether there was one. */
  boolean drop(LineNode place) {
    return leaveLine(place, IDLE, 0);
  }

  /** The run that {@link #place} threw for, if it still waits: it does not take place. */
  boolean dropUnplaced(long before) {
    return leaveLine(waits(before), ~0, IDLE, 0);
  }

  private boolean leaveLine(LineNode place, int phase, long body) {
    return leaveLine(place.stamp, place == this ? ~LINKED : ~0, phase, body);
  }

  private boolean leaveLine(long waits, long keep, int phase, long body) {
    while (true) {
      long old = word;
      boolean live = isWaiting(old, waits);
      long now = (live ? (old & ~PHASE | phase) + body : old) & keep;
      if (now == old || WORD.compareAndSet(this, old, now)) {
        return live;
      }
    }
  }

  /** By the run's own body: the run ends, the body does not. Returns the word before. */
  long endRun(boolean looked) {
    while (true) {
      long old = word;
      long now = ended(old, !looked);
      if (WORD.compareAndSet(this, old, now)) {
        return old;
      }
    }
  }

  /**
   * By the worker whose body has left. Returns the word before.
   *
   * @param run whether the run ends with it, since the body did not call done()
   * @param again whether another one may follow
   */
  long endBody(boolean run, boolean again) {
    while (true) {
      long old = word;
      assert bodies(old) > 0 : this;
      long now = (run ? ended(old, again) : old) - BODY;
      if (WORD.compareAndSet(this, old, now)) {
        return old;
      }
    }
  }

  /**
   * By the worker whose body has left: the run ends, and the one that follows begins there in the
   * same step, without a place in line. False if not just that run follows.
   */
  boolean repeat(long stamp) {
    while (true) {
      long old = word;
      if (phase(old) != AGAIN || stamp(old) != stamp) {
        return false;
      }
      assert (old & CANCELLING) == 0 : this;
      if (WORD.compareAndSet(this, old, old & ~PHASE | RUNNING)) {
        return true;
      }
    }
  }

  private static long ended(long old, boolean again) {
    assert isRunning(old) : phase(old);
    long now = old & ~(PHASE | CANCELLING);
    return again && phase(old) == AGAIN ? now | WAITING | LINKED : now;
  }

  /** Takes back what waits. Returns the word before. */
  long takeBack() {
    return takeBack(0);
  }

  /**
   * As {@link #takeBack()}, and nothing is accepted until the run in progress, if any, has ended.
   */
  long takeBackAndRefuse() {
    return takeBack(CANCELLING);
  }

  private long takeBack(long request) {
    while (true) {
      long old = word;
      long now = isRunning(old) ? old & ~PHASE | RUNNING | request : old & ~PHASE;
      if (now == old || WORD.compareAndSet(this, old, now)) {
        return old;
      }
    }
  }

  void shut() {
    WORD.getAndBitwiseOr(this, CLOSED);
  }

  String describe() {
    long now = word;
    String phase = List.of("IDLE", "WAITING", "RUNNING", "RUNNING_AGAIN").get(phase(now));
    return phase + (isCancelling(now) ? ", cancelling" : "") + (isClosed(now) ? ", closed" : "");
  }

  // ---- For a flush of a view

  /**
   * Before a run begins: keeps its stamp, which the word does not show any more once a following
   * run was taken back. Only ever forward, so a taker that comes too late, with a stale place,
   * changes nothing.
   */
  void begins(LineNode place) {
    int next = (int) place.stamp;
    int old;
    do {
      old = latest;
      if (next - old <= 0) {
        return;
      }
    } while (!LATEST.compareAndSet(this, old, next));
  }

  /** The run that goes on, and the one that waits. */
  void forEachOwed(LongConsumer each) {
    long now = word;
    if (isRunning(now)) {
      each.accept(latest);
    }
    if (pends(now)) {
      int low = (int) stamp(now); // as latest is kept
      each.accept(low);
    }
  }

  /** Whether that run has ended, or was taken away. */
  boolean isOver(long run) {
    long now = word;
    boolean waits = pends(now) && (int) stamp(now) == run;
    return !waits && !(isRunning(now) && latest == run);
  }

  private static boolean pends(long word) {
    return phase(word) == WAITING || phase(word) == AGAIN;
  }

  /** Whether the run that refuses submissions, by a step that found that stamp, has not ended. */
  boolean runs(long stamp) {
    long now = word;
    return isRunning(now) && stamp(now) == stamp;
  }
}
