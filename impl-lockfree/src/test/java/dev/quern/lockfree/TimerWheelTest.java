// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No timer is lost: not by an error on the timer thread, nor by a starter that is held up. */
@Timeout(20)
class TimerWheelTest {
  private static final long SECOND = 1_000_000_000;

  private final WheelHost host = new WheelHost();
  private final TimerWheel wheel = new TimerWheel(host);
  private final List<Timed> fired = new ArrayList<>();
  private boolean fails;
  private boolean ringing;

  private final class Timed extends TimerEntry {
    private long until = NEVER;

    void start(long deadline) {
      until = deadline;
      wheel.start(this, deadline);
    }

    @Override
    long deadline() {
      return until;
    }

    @Override
    void fire(long now) {
      if (fails) {
        fails = false;
        throw new OutOfMemoryError("as if");
      }
      until = NEVER;
      fired.add(this);
    }
  }

  /** Its deadline can't be told once. */
  private final class Faulty extends TimerEntry {
    private boolean looked;
    private boolean ended;

    @Override
    long deadline() {
      if (ringing && !looked) {
        looked = true;
        throw new OutOfMemoryError("as if");
      }
      return ended ? NEVER : 5;
    }

    @Override
    void fire(long now) {
      ended = true;
    }
  }

  @Test
  void anErrorWhileTheIntakeIsTakenInLosesNone() {
    List<Timed> timers = List.of(new Timed(), new Timed(), new Timed());
    Faulty faulty = new Faulty();
    timers.get(0).start(10);
    wheel.start(faulty, 5);
    timers.get(1).start(20);
    timers.get(2).start(30);
    ringing = true;
    assertThrows(OutOfMemoryError.class, () -> host.ring(100));
    assertTrue(host.alarm < Long.MAX_VALUE, "nobody looks again");
    host.ring(host.alarm);
    assertEquals(timers, fired);
    assertTrue(faulty.ended);
  }

  @Test
  void anErrorWhileOneFiresLosesNone() {
    List<Timed> timers = List.of(new Timed(), new Timed(), new Timed());
    timers.forEach(timer -> timer.start(10 + timers.indexOf(timer)));
    host.ring(0);
    fails = true;
    assertThrows(OutOfMemoryError.class, () -> host.ring(100));
    host.ring(host.alarm);
    assertEquals(timers, fired);
  }

  /** Stopped, as by another thread, right after the timer thread's first, second... look at it. */
  private final class Stopped extends TimerEntry {
    private int looks;
    private boolean ended;

    Stopped(int looks) {
      this.looks = looks;
    }

    @Override
    long deadline() {
      boolean before = ended;
      if (ringing && !ended && --looks == 0) {
        ended = true;
        wheel.stop(this);
      }
      return before ? NEVER : 1_000_000_000;
    }

    @Override
    void fire(long now) {
      throw new AssertionError("it was stopped");
    }
  }

  @Test
  void oneThatIsStoppedDuringALookIsLetGo() {
    for (int looks = 1; looks <= 3; looks++) {
      ringing = false;
      Stopped stopped = new Stopped(looks);
      wheel.start(stopped, 1_000_000_000);
      ringing = true;
      host.ring(0);
      List<TimerEntry> seen = new ArrayList<>();
      wheel.sweep(entry -> entry.deadline() < TimerEntry.NEVER || !seen.add(entry), () -> {});
      host.ring(0);
      assertEquals(List.of(), seen, "kept, stopped in look " + looks);
    }
  }

  /** Due at 5; what happens while the timer thread is busy with it. */
  private abstract static class Once extends TimerEntry {
    private boolean fired;

    @Override
    final long deadline() {
      return fired ? NEVER : 5;
    }

    @Override
    final void fire(long now) {
      fired = true;
      meanwhile(now);
    }

    abstract void meanwhile(long now);
  }

  /** Another asks to let go of an entry that was taken off the intake just now. */
  private final class Busy extends Once {
    @Override
    void meanwhile(long now) {
      Timed taken = new Timed();
      taken.link = ON; // as its stopper saw it before it was taken
      wheel.stop(taken);
    }
  }

  @Test
  void whoAsksABusyTimerThreadToLetGoLeavesTheNextOneAnAlarm() {
    wheel.start(new Busy(), 5);
    Timed stopped = new Timed();
    stopped.start(SECOND);
    host.alarm = 100;
    ringUntil(SECOND / 2);
    stopped.until = TimerEntry.NEVER;
    wheel.stop(stopped);
    assertTrue(host.alarm < SECOND / 2, "nobody looks again");
  }

  /** As the runtime does, which takes the next alarm from the look. */
  private void ringUntil(long time) {
    while (host.alarm <= time) {
      long now = host.alarm;
      host.alarm = Long.MAX_VALUE;
      host.alarm = Math.min(host.ring(now), host.alarm);
    }
  }

  /** Another starts a timer, and then asks for a sweep. */
  private final class Starter extends Once {
    final Timed started = new Timed();
    final List<TimerEntry> seen = new ArrayList<>();

    @Override
    void meanwhile(long now) {
      started.start(now + SECOND);
      wheel.sweep(entry -> !seen.add(entry), () -> {});
    }
  }

  @Test
  void aSweepSeesWhatWasStartedBefore() {
    Starter starter = new Starter();
    wheel.start(starter, 5);
    host.ring(100);
    assertEquals(List.of(starter.started), starter.seen);
  }

  /** Else a storm of starts would keep it from what comes due meanwhile. */
  @Test
  void aTimerThreadThatIsAskedAgainComesAgainWithANewTime() {
    wheel.start(new Busy(), 5);
    assertEquals(100, host.ring(100));
  }

  @Test
  void anErrorWhileTheAlarmIsSetLosesNoTimer() {
    Timed timed = new Timed();
    host.alarmFails = true;
    assertThrows(StackOverflowError.class, () -> timed.start(10));
    Timed next = new Timed();
    next.start(20);
    ringUntil(100);
    assertEquals(List.of(timed, next), fired);
  }

  @Test
  void aStarterThatIsHeldUpHidesNoOther() {
    Timed timed = new Timed();
    timed.link = new Thread(() -> {}); // as between its two steps
    timed.start(10);
    List<TimerEntry> seen = new ArrayList<>();
    wheel.sweep(entry -> !seen.add(entry), () -> {});
    host.ring(0);
    assertEquals(List.of(timed), seen);
    host.ring(100);
    assertEquals(List.of(timed), fired);
  }
}
