// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.spi.Parker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** The line of a work queue: its cells are used again, it grows when it must, it loses nobody. */
class RunLineTest {
  private final RunLine line = new RunLine(Parker.LOCK_SUPPORT);
  private final int small = line.cells();

  private long enter(Object item) {
    long place = line.claim(false);
    line.publish(place, item);
    return place;
  }

  private Object take() {
    return line.take(place -> {});
  }

  @Test
  void cellsAreUsedAgainRoundAfterRound() {
    for (int i = 0; i < 100 * small; i++) {
      enter(i);
      enter(-i);
      assertEquals(i, take());
      assertEquals(-i, take());
      assertNull(take());
    }
    assertEquals(small, line.cells());
  }

  @Test
  void itGrowsToWhatStandsInItAndKeepsTheOrder() {
    int many = 50 * small;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < many; i++) {
        enter(i);
      }
      List<Object> standing = new ArrayList<>();
      line.forEach(standing::add);
      assertEquals(many, standing.size());
      for (int i = 0; i < many; i++) {
        assertEquals(i, take());
      }
      assertNull(take());
    }
    assertTrue(line.cells() <= 4 * many, () -> line.cells() + " cells");
  }

  @Test
  void whoLeavesBeforeTheirTurnLeaveNothingBehindThoughOneStandsForLong() {
    enter("stands");
    for (int i = 0; i < 1000 * small; i++) {
      line.vacate(enter("leaves"));
    }
    assertEquals(small, line.cells());
    assertEquals("stands", take());
    assertNull(take());
    assertTrue(line.isEmpty());
  }

  @Test
  void manyPlacesThatAreGoneArePassedInOneStepUpToTheFirstThatIsNot() {
    LineRing ring = new LineRing(0, 0, 6);
    for (long place = 0; place < 960; place++) {
      assertTrue(ring.tryClaim(place));
      if (ring.owns(place) && place != 900) {
        ring.publish(place, place);
        if (place != 70) {
          ring.leave(place, ring.look(place));
        }
      }
      if (place == 69) {
        ring.passAll(0, place + 1);
        assertEquals(70, ring.head(), "all that were claimed are gone");
      }
      if (place == 959) {
        assertEquals(70L, ring.leave(70, ring.look(70)));
        ring.passAll(70, place + 1);
        assertEquals(900, ring.head(), "claimed and not published is not gone");
      }
    }
  }

  @Test
  void whoStaysComesOutInOrderFromBetweenThoseWhoLeft() {
    for (int i = 0; i < 100 * small; i++) {
      long place = enter(i);
      if (i % 50 != 0) {
        line.vacate(place);
      }
    }
    for (int i = 0; i < 100 * small; i += 50) {
      assertEquals(i, take());
    }
    assertNull(take());
  }

  @Test
  void aPlaceThatIsVacatedLateIsNobodyElses() {
    long place = enter("first");
    assertEquals("first", take());
    for (int i = 0; i < 3 * small; i++) {
      enter(i);
      line.vacate(place);
      assertEquals(i, take());
    }
  }

  @Test
  void nobodyStandsWhereNobodyWasPublished() {
    line.publish(line.claim(false), null);
    enter("second");
    assertEquals("second", take());
  }

  @Test
  void itGrowsRoundOneWhoHasNotPublished() {
    long slow = line.claim(false);
    for (int i = 0; i < 5 * small; i++) {
      enter(i);
    }
    line.publish(slow, "slow");
    assertEquals("slow", take());
    for (int i = 0; i < 5 * small; i++) {
      assertEquals(i, take());
    }
  }

  @Test
  void theSealHoldsInEveryRing() {
    line.seal();
    assertEquals(RunLine.SEALED, line.claim(false));
    for (int i = 0; i < 5 * small; i++) {
      line.publish(line.claim(true), i);
      assertEquals(RunLine.SEALED, line.claim(false));
    }
    for (int i = 0; i < 5 * small; i++) {
      assertEquals(i, take());
    }
    assertEquals(RunLine.SEALED, line.claim(false));
  }

  /** Each item comes out once or was vacated, and those of one producer in their order. */
  @Test
  void racingProducersTakersAndLeaversLoseNobody() throws Exception {
    int producers = 3;
    int each = 40_000;
    AtomicIntegerArray seen = new AtomicIntegerArray(producers * each);
    AtomicIntegerArray leaves = new AtomicIntegerArray(producers * each);
    ConcurrentLinkedQueue<Long> places = new ConcurrentLinkedQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> entering = new ArrayList<>();
    List<Future<?>> others = new ArrayList<>();
    try {
      for (int p = 0; p < producers; p++) {
        int first = p * each;
        Random random = new Random(p);
        entering.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    long place = enter(first + i);
                    if (random.nextInt(4) == 0) {
                      leaves.set(first + i, 1);
                      places.add(place);
                    }
                  }
                }));
      }
      others.add(
          threads.submit(
              () -> {
                while (!done.get()) {
                  Long place = places.poll();
                  if (place != null) {
                    line.vacate(place);
                  }
                }
              }));
      for (int t = 0; t < 2; t++) {
        others.add(
            threads.submit(
                () -> {
                  while (true) {
                    boolean last = done.get();
                    Object item = take();
                    if (item != null) {
                      seen.incrementAndGet((Integer) item);
                    } else if (last) {
                      return;
                    }
                  }
                }));
      }
      await(entering);
      done.set(true);
      await(others);
    } finally {
      threads.shutdownNow();
    }
    for (int i = 0; i < producers * each; i++) {
      int times = seen.get(i);
      assertTrue(times == 1 || (times == 0 && leaves.get(i) == 1), "taken " + times + " times");
    }
    assertNull(take());
  }

  @Test
  void oneTakerSeesEachProducersOrder() throws Exception {
    int producers = 3;
    int each = 50_000;
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> entering = new ArrayList<>();
    try {
      for (int p = 0; p < producers; p++) {
        int producer = p;
        entering.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    enter(new int[] {producer, i});
                  }
                }));
      }
      int[] next = new int[producers];
      for (int taken = 0; taken < producers * each; ) {
        int[] item = (int[]) take();
        if (item != null) {
          assertEquals(next[item[0]]++, item[1]);
          taken++;
        }
      }
      await(entering);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void await(List<Future<?>> futures)
      throws InterruptedException, ExecutionException {
    for (Future<?> future : futures) {
      future.get();
    }
  }
}
