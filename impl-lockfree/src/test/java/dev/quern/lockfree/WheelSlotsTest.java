// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The slots against a list that is sorted: what is due, in which order, and what is let go. */
class WheelSlotsTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int MANY = 10_000;

  private final WheelSlots slots = new WheelSlots();
  private final List<Timed> timers = new ArrayList<>();
  private long now;

  private static final class Timed extends TimerEntry {
    private long until = NEVER;

    @Override
    long deadline() {
      return until;
    }

    @Override
    void fire(long now) {
      throw new AssertionError("nobody calls it here");
    }
  }

  /** As the wheel does it when it has taken the entry in. */
  private void start(Timed timer, long until) {
    stop(timer);
    timer.until = until;
    slots.place(timer, until);
    timer.lookAt = until;
  }

  private void stop(Timed timer) {
    slots.unlink(timer);
    timer.until = TimerEntry.NEVER;
    timer.lookAt = TimerEntry.NEVER;
  }

  private void make(int count) {
    for (int i = 0; i < count; i++) {
      timers.add(new Timed());
    }
  }

  private void advance(long to) {
    now = to;
    List<Long> expected =
        timers.stream().map(timer -> timer.until).filter(until -> until <= to).sorted().toList();
    List<Long> fired = new ArrayList<>();
    slots.advance(
        to,
        entry -> {
          Timed timer = (Timed) entry;
          fired.add(timer.until);
          timer.lookAt = TimerEntry.NEVER;
          timer.until = TimerEntry.NEVER;
        });
    assertEquals(expected, fired);
  }

  private Set<TimerEntry> held() {
    Set<TimerEntry> held = new HashSet<>();
    slots.forEach(entry -> assertTrue(held.add(entry), "held twice"));
    return held;
  }

  private long earliest() {
    return timers.stream().min(Comparator.comparingLong(timer -> timer.until)).get().until;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsDueComesInOrderAndNothingIsLost(int seed) {
    Random random = new Random(seed);
    make(500);
    for (int i = 0; i < 20_000; i++) {
      Timed timer = timers.get(random.nextInt(timers.size()));
      long far = random.nextLong() >>> (18 + random.nextInt(44));
      switch (random.nextInt(8)) {
        case 0 -> advance(now + (far & 0xFFFFFFFL));
        case 1 -> stop(timer);
        default -> start(timer, now + far);
      }
      assertTrue(slots.nextLook() <= earliest(), "nobody looks in time");
    }
    Set<TimerEntry> delayed = new HashSet<>(timers);
    delayed.removeIf(timer -> timer.lookAt == TimerEntry.NEVER);
    assertEquals(delayed, held());
    timers.forEach(this::stop);
    advance(now + 300 * MILLISECOND);
    assertEquals(0, slots.places());
  }

  /** Thousands in one tick are not sorted by comparing. */
  @Test
  void manyOfOneTickComeInOrder() {
    make(MANY);
    Random random = new Random(9);
    timers.forEach(timer -> start(timer, 70_000_000 + random.nextInt(60_000)));
    timers.subList(0, 10).forEach(timer -> start(timer, 1));
    advance(200 * MILLISECOND);
  }

  @Test
  void aFarOneThatIsStoppedIsGoneAtOnce() {
    make(MANY);
    timers.forEach(timer -> start(timer, 100_000 * MILLISECOND));
    timers.subList(1, MANY).forEach(this::stop);
    assertEquals(1, slots.places());
    assertEquals(Set.of(timers.get(0)), held());
  }

  /** They have come down to a ring below, and do not know where they are. */
  @Test
  void nearOnesThatAreStoppedNeverOutnumberTheOthersForLong() {
    make(MANY);
    for (int round = 0; round < 20; round++) {
      timers.forEach(timer -> start(timer, now + 400 * MILLISECOND));
      advance(now + 399 * MILLISECOND);
      timers.forEach(this::stop);
      advance(now);
      assertTrue(slots.places() < MANY / 2, slots.places() + " places of nobody");
    }
  }

  @Test
  void anErrorWhileOneIsLookedAtLosesNone() {
    make(100);
    timers.forEach(timer -> start(timer, 5 + timers.indexOf(timer)));
    assertThrows(
        StackOverflowError.class,
        () ->
            slots.advance(
                MILLISECOND,
                entry -> {
                  Timed timer = (Timed) entry;
                  timer.lookAt = TimerEntry.NEVER;
                  if (timer.until == 50) {
                    start(timer, 50);
                    throw new StackOverflowError("as if");
                  }
                  timer.until = TimerEntry.NEVER;
                }));
    advance(MILLISECOND);
    assertEquals(Set.of(), held());
  }
}
