// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.spi.Parker;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** The work queue's parts: no run is lost, no timer, and nobody sleeps for ever. */
public class WorkLincheck {
  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .iterations(15)
        .invocationsPerIteration(Interleavings.percentOf(300));
  }

  @Test
  public void theWordIsLinearizable() {
    options().check(Word.class);
  }

  @Test
  public void theLineIsLinearizable() {
    options().check(Line.class);
  }

  @Test
  public void noItemIsLeftInLine() {
    Interleavings.of(HandOff.class).thread("lane").thread("submit").check(700);
  }

  @Test
  public void aDrainEnds() {
    Interleavings.of(HandOff.class).thread("lane").thread("drain").check(700);
  }

  @Test
  public void aDrainEndsThoughAnotherGivesUp() {
    Interleavings.of(Withdrawn.class).thread("lane").thread("giveUp").check(500);
  }

  @Test
  public void aRemovalThatIsTriedAgainForgetsNoOthersKey() {
    Interleavings.of(Keys.class).thread("disable").thread("move").check(300);
  }

  @Test
  public void aCellIsEmptyBeforeItIsFree() {
    Interleavings.of(Cell.class).thread("leave").thread("claim").check(300);
  }

  @Test
  public void aFlushIsNotOvertaken() {
    Interleavings.of(Overtaken.class).thread("lane").thread("flush").check(500);
  }

  @Test
  public void whoeverFlushesIsWoken() {
    Interleavings.of(Flushes.class).thread("run").thread("flush").check(700);
  }

  @Test
  public void whoeverFlushesIsWokenByACancellation() {
    Interleavings.of(Flushes.class).thread("cancel").thread("flush").check(700);
  }

  @Test
  public void whoeverFlushesARunThatMovesIsWoken() {
    Interleavings.of(Flushes.class).thread("move", "cancel").thread("flush").check(700);
  }

  @Test
  public void aTimerThatIsStartedFires() {
    Interleavings.of(Timers.class).thread("start").thread("ring").check(700);
  }

  @Test
  public void aTimerThatMovesFires() {
    Interleavings.of(Timers.class).thread("stop", "start").thread("ring").check(700);
  }

  @Test
  public void aTimerThatIsStartedByTwoFires() {
    Interleavings.of(Timers.class).thread("start").thread("start").thread("ring").check(700);
  }

  @Test
  public void aTimerThatIsStoppedIsLetGo() {
    Interleavings.of(Stops.class).thread("start", "stop").thread("ring").check(700);
  }

  /** No interleavings: the wheel compares times by difference, and fires to the nanosecond. */
  @Test
  public void aTimerFiresAtItsTimeWhereverTheClockStands() {
    for (long origin : new long[] {0, -1, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE - 70_000}) {
      for (long time : new long[] {1, 65_535, 65_536, 1L << 22, (1L << 33) + 7, 1L << 60}) {
        HandTimer timer = new HandTimer(origin);
        timer.start(time);
        timer.ringUntil(time - 1);
        assertEquals(0, timer.fired(), time + " after " + origin);
        timer.ringUntil(time);
        assertEquals(1, timer.fired(), time + " after " + origin);
      }
    }
  }

  /** One item; what an event answers is what was pending, and whether submissions are refused. */
  public static class Word {
    private final HandWork work = new HandWork(new RunLine(Parker.LOCK_SUPPORT), false);

    private static int answer(long word) {
      return WorkState.pending(word) + (WorkState.refuses(word) ? 10 : 0);
    }

    @Operation
    public int submit() {
      return answer(work.enter(WorkState.Entry.SUBMIT, 0));
    }

    @Operation
    public int schedule() {
      return answer(work.schedule(3, null));
    }

    @Operation
    public int reschedule() {
      return answer(work.reschedule(10, null));
    }

    @Operation
    public int rescheduleNow() {
      return answer(work.enter(WorkState.Entry.RESCHEDULE_NOW, 0));
    }

    @Operation
    public int fire() {
      return answer(work.enter(WorkState.Entry.FIRE, 5));
    }

    @Operation
    public int cancel() {
      return answer(work.remove(WorkState.Removal.CANCEL));
    }

    @Operation
    public int disable() {
      return answer(work.remove(WorkState.Removal.DISABLE));
    }

    @Operation
    public int enable() {
      return answer(work.enabled());
    }

    @Operation
    public long deadline() {
      return work.deadline();
    }
  }

  /** A line of numbers; the place that the first took is vacated by whoever likes. */
  public static class Line {
    private final RunLine line = new RunLine(Parker.LOCK_SUPPORT);

    @Operation
    public void enter(int who) {
      line.publish(line.claim(false), who);
    }

    @Operation
    public int take() {
      return line.take(place -> {}) instanceof Integer who ? who : -100;
    }

    @Operation
    public boolean isEmpty() {
      return line.isEmpty();
    }
  }

  /** A queue with one lane, which has an item to run. */
  public static class HandOff {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private final WorkCore core = HandPool.core(host);
    private int ran;
    private int expected = 1;
    private final LockfreeWork first = new LockfreeWork(core, "first", () -> ran++);
    private final LockfreeWork second = new LockfreeWork(core, "second", () -> ran++);

    public HandOff() {
      first.submit();
    }

    public void lane() {
      host.drain();
    }

    public void submit() {
      second.submit();
      expected = 2;
    }

    public void drain() throws InterruptedException {
      assertTrue(core.drain(Deadline.NEVER));
    }

    @Validate
    public void validate() {
      host.drainAll();
      assertNull(host.fault());
      assertEquals(expected, ran);
      assertTrue(core.isQuiet());
    }
  }

  /** A cell of a ring of two, which one item leaves and the next one but one may get. */
  public static class Cell {
    private final LineRing ring = new LineRing(0, 0, 1);
    private boolean owned;

    public Cell() {
      ring.publish(0, "first");
    }

    public void leave() {
      assertEquals("first", ring.leave(0, ring.look(0)));
    }

    public void claim() {
      owned = ring.owns(2);
      if (owned) {
        ring.publish(2, "second");
      }
    }

    @Validate
    public void validate() {
      assertEquals(owned ? "second" : null, ring.look(2) < 0 ? null : ring.leave(2, ring.look(2)));
    }
  }

  /** A queue that is drained, and its last lane; another begins a drain, and withdraws it. */
  public static class Withdrawn {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private final WorkCore core = HandPool.core(host);
    private final long drain;

    public Withdrawn() {
      new LockfreeWork(core, "last", () -> {}).submit();
      drain = core.gate.beginDrain();
    }

    public void lane() {
      host.drain();
    }

    public void giveUp() {
      core.gate.withdraw(core.gate.beginDrain());
    }

    @Validate
    public void validate() {
      assertNull(host.fault());
      assertTrue(core.gate.isDrained(drain));
    }
  }

  /** A watched item that is disabled while it moves; another's run is known by key 1. */
  public static class Keys {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private final WorkCore core = HandPool.core(host);
    private final LockfreeWork work = new LockfreeWork(core, "work", () -> {});

    public Keys() {
      work.submit();
      work.latest(WorkState.Entry.WATCH);
      core.watched.enter(1, 77, TimerEntry.NEVER, null);
    }

    public void disable() {
      work.disable();
    }

    public void move() {
      work.reschedule(50, null);
    }

    @Validate
    public void validate() {
      assertEquals(77, core.watched.identity(1));
    }
  }

  /**
   * Who flushes has looked; what stood last in line was taken away, and what came later stays until
   * the flush is over.
   */
  public static class Overtaken {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private final WorkCore core = HandPool.core(host);
    private final WaitList staying = new WaitList(host.parker());
    private final OwedRuns owed;
    private volatile boolean flushed;

    public Overtaken() {
      new LockfreeWork(core, "first", () -> {}).submit();
      LockfreeWork gone = new LockfreeWork(core, "gone", () -> {});
      gone.submit();
      gone.cancel();
      owed = new OwedRuns(core);
      new LockfreeWork(core, "later", this::stay).submit();
    }

    private void stay() {
      staying.awaitUninterruptibly(this::isFlushed);
    }

    private boolean isFlushed() {
      return flushed;
    }

    public void lane() {
      host.drain();
    }

    public void flush() throws InterruptedException {
      core.waits.await(owed::areOver, Deadline.NEVER);
      flushed = true;
      staying.wakeAll();
    }
  }

  /** An item that stands in line. */
  public static class Flushes {
    private final Parker parker = new MonitorParker();
    private final WaitList waits = new WaitList(parker);
    private final HandWork work = new HandWork(new RunLine(parker), false);

    public Flushes() {
      work.enter(WorkState.Entry.SUBMIT, 0);
    }

    public void run() {
      if (work.take()) {
        work.end();
      }
      waits.wakeAll();
    }

    public void cancel() {
      work.remove(WorkState.Removal.CANCEL);
      waits.wakeAll();
    }

    public void move() {
      work.reschedule(10, null);
    }

    public void flush() {
      long run = work.latest(WorkState.Entry.HURRY);
      waits.awaitUninterruptibly(() -> work.isOver(run));
    }
  }

  /** A timer that was started for 100 and is started for 50, while the timer thread is at it. */
  public static class Timers {
    final HandTimer timer = new HandTimer();

    public Timers() {
      timer.start(100);
      timer.ring(1);
    }

    public void start() {
      timer.start(50);
    }

    public void stop() {
      timer.stop();
    }

    public void ring() {
      timer.ring(10);
    }

    @Validate
    public void validate() {
      timer.ringUntil(49);
      assertEquals(0, timer.fired(), "early");
      timer.ringUntil(50);
      assertEquals(1, timer.fired());
    }
  }

  /**
   * The same, and in the end it is stopped. Lincheck wants one validation a class: no inheriting.
   */
  public static class Stops {
    private final HandTimer timer = new HandTimer();

    public Stops() {
      timer.start(100);
      timer.ring(1);
    }

    public void start() {
      timer.start(50);
    }

    public void stop() {
      timer.stop();
    }

    public void ring() {
      timer.ring(10);
    }

    @Validate
    public void validate() {
      timer.ringUntil(1_000_000_000);
      assertEquals(0, timer.fired());
      assertTrue(!timer.isHeld(), "held");
    }
  }
}
