// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.lockfree.TurnLine.Turn;
import dev.quern.spi.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** First come, first served, and one signal for each time the stack was empty. */
class TurnLineTest {
  private final TurnLine line = new TurnLine();

  /** A child with nothing to do. */
  private static final class Idle implements Target.Child {
    @Override
    public String name() {
      return "idle";
    }

    @Override
    public void takeTurn() {}

    @Override
    public void broke(Throwable cause) {}
  }

  private static Turn turn() {
    return new Turn(null);
  }

  @Test
  void onlyTheFirstAfterALookSignals() {
    assertTrue(line.isEmpty());
    Turn first = turn();
    Turn second = turn();
    assertTrue(line.add(first));
    assertFalse(line.add(second));
    assertFalse(line.isEmpty());
    assertSame(first, line.poll());
    Turn third = turn();
    assertTrue(line.add(third), "the drainer took the stack");
    assertFalse(line.add(first), "it may come again");
    for (Turn expected : new Turn[] {second, third, first}) {
      assertFalse(line.isEmpty());
      assertSame(expected, line.poll());
    }
    assertTrue(line.isEmpty());
    assertNull(line.poll());
  }

  @Test
  void whoeverHadHisTurnGoesToTheBack() {
    Random random = new Random(1);
    ArrayDeque<Turn> waiting = new ArrayDeque<>();
    ArrayDeque<Turn> idle = new ArrayDeque<>(Stream.generate(TurnLineTest::turn).limit(9).toList());
    for (int i = 0; i < 10_000; i++) {
      if (!idle.isEmpty() && random.nextBoolean()) {
        Turn next = idle.poll();
        line.add(next);
        waiting.add(next);
      } else {
        Turn taken = line.poll();
        assertEquals(waiting.poll(), taken);
        if (taken != null) {
          idle.add(taken);
        }
      }
    }
  }

  @Test
  void turnsOfEndedChildrenDoNotPileUp() {
    Target.Child child = new Idle();
    List<Turn> live = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      Turn turn = new Turn(child);
      line.add(turn);
      if (i % 500 == 0) {
        live.add(turn);
      } else {
        line.drop(turn);
      }
    }
    List<Turn> left = Stream.generate(line::poll).takeWhile(Objects::nonNull).toList();
    assertTrue(left.size() < 200, left.size() + " turns, of which 10 are live");
    assertEquals(live, left.stream().filter(live::contains).toList());
  }
}
