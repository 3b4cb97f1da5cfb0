// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel against a sorted map, on a clock that wraps. */
class TimerWheelTest {
  private final WorkHost host = new WorkHost();
  private final List<Named> fired = new ArrayList<>();

  private final class Named extends TimerWheel.Timer {
    final int number;
    long deadline;

    Named(int number) {
      this.number = number;
    }

    @Override
    void fire(long now) {
      assertTrue(now - deadline >= 0, "early by " + (deadline - now));
      fired.add(this);
    }
  }

  private void start(Named timer, long delay) {
    timer.deadline = host.clock.get() + delay;
    host.wheel.start(timer, timer.deadline);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void firesWhatASortedMapWouldFire(long seed) {
    Random random = new Random(seed);
    TreeMap<Long, Named> model = new TreeMap<>(Comparator.comparing(key -> key - Long.MAX_VALUE));
    List<Named> timers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      timers.add(new Named(i));
    }
    for (int i = 0; i < 20_000; i++) {
      Named timer = timers.get(random.nextInt(timers.size()));
      int choice = random.nextInt(10);
      if (choice < 6) {
        model.values().remove(timer);
        long delay = delay(random);
        while (model.containsKey(host.clock.get() + delay)) {
          delay++;
        }
        start(timer, delay);
        model.put(timer.deadline, timer);
      } else if (choice < 8) {
        model.values().remove(timer);
        host.wheel.stop(timer);
      } else {
        // often exactly to a deadline
        long step =
            random.nextBoolean() && !model.isEmpty()
                ? model.firstKey() - host.clock.get()
                : delay(random) / 4;
        host.advance(Duration.ofNanos(Math.max(0, step)));
        List<Named> due = new ArrayList<>(model.headMap(host.clock.get(), true).values());
        assertEquals(due, fired, "seed " + seed + ", step " + i);
        model.headMap(host.clock.get(), true).clear();
        fired.clear();
      }
    }
    assertTrue(model.size() > 10, "the test would see nothing");
  }

  /** Of every order of magnitude, up to a year: the clock must not run through its whole scale. */
  private static long delay(Random random) {
    return random.nextLong() >>> (9 + random.nextInt(55));
  }

  @Test
  void reachesACenturyAhead() {
    Named timer = new Named(0);
    start(timer, Delays.CENTURY.toNanos());
    host.advance(Delays.CENTURY.minusNanos(1));
    assertEquals(List.of(), fired);
    host.advance(Duration.ofNanos(1));
    assertEquals(List.of(timer), fired);
  }

  @Test
  void aDeadlineThatHasPassedFiresAtOnce() {
    start(new Named(0), 1_000_000);
    host.advance(Duration.ofSeconds(1));
    Named late = new Named(1);
    start(late, -5_000_000_000L);
    host.advance(Duration.ZERO);
    assertEquals(2, fired.size());
  }

  @Test
  void aTimerStoppedWhileItsTickExpiresDoesNotFire() {
    Named second = new Named(2);
    TimerWheel.Timer first =
        new TimerWheel.Timer() {
          @Override
          void fire(long now) {
            host.wheel.stop(second);
          }
        };
    host.wheel.start(first, host.clock.get() + 10);
    start(second, 11);
    host.advance(Duration.ofNanos(11));
    assertEquals(List.of(), fired);
  }

  @Test
  void aTimerThatRestartsItselfFiresAgain() {
    int[] times = new int[1];
    TimerWheel.Timer periodic =
        new TimerWheel.Timer() {
          @Override
          void fire(long now) {
            times[0]++;
            host.wheel.start(this, now + 1000);
          }
        };
    host.wheel.start(periodic, host.clock.get() + 1000);
    for (int i = 0; i < 50; i++) {
      host.advance(Duration.ofNanos(1000));
    }
    assertEquals(50, times[0]);
  }

  @Test
  void aStoppedTimerIsNotKept() {
    start(new Named(0), Duration.ofHours(1).toNanos());
    Named stopped = new Named(1);
    start(stopped, Duration.ofHours(1).toNanos());
    host.wheel.stop(stopped);
    WeakReference<Named> gone = new WeakReference<>(stopped);
    stopped = null;
    Patience.await(
        () -> {
          System.gc();
          return gone.get() == null;
        });
  }
}
