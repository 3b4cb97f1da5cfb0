// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Waiting;

/**
 * How a drainer with a thread of its own waits before it sleeps (rule D15). Used by that thread
 * alone.
 *
 * <p>SPIN_THEN_PARK spins for as many looks as has paid lately. A spin that paid doubles them, one
 * that did not halves them and makes the next few rests sleep at once: twice as many each time, so
 * a queue that is called rarely hardly ever spins. A spin that took far longer than its looks lost
 * the processor meanwhile: other work is there to be run, and spinning takes its place, so the
 * drainer spins no more for as many rests as there may be. On one processor nobody could call while
 * it spins.
 */
final class DaemonRest {
  private static final int FEWEST_LOOKS = 64;
  private static final int MOST_LOOKS = 2048; // some 50 us: what it costs to be woken
  private static final int MOST_SLEEPS = 256;
  private static final long SLOW_LOOK = 200; // ns; one takes some 30
  private static final long SLOW_START = 20_000; // ns, for interrupts and the like

  private final Waiting waiting;
  private final boolean alone;
  private int looks = FEWEST_LOOKS;
  private int sleeps; // how many rests to sleep at once after a spin that does not pay
  private int toSleep; // of those, how many are left

  DaemonRest(Waiting waiting, int processors) {
    this.waiting = waiting;
    this.alone = processors == 1;
  }

  /** Whether it was called meanwhile; else it is time to sleep. */
  boolean await(DaemonState state) {
    return switch (waiting) {
      case PARK -> false;
      case SPIN_THEN_PARK -> spinAWhile(state);
      case YIELD -> yieldOn(state);
      case SPIN -> spinOn(state);
    };
  }

  private boolean spinAWhile(DaemonState state) {
    if (alone) {
      return false;
    }
    if (toSleep > 0) {
      toSleep--;
      return false;
    }
    long begin = System.nanoTime();
    boolean paid = look(state);
    boolean slow = System.nanoTime() - begin > SLOW_START + looks * SLOW_LOOK;
    if (paid && !slow) {
      looks = Math.min(2 * looks, MOST_LOOKS);
      sleeps = 0;
    } else {
      looks = Math.max(looks / 2, FEWEST_LOOKS);
      sleeps = slow ? MOST_SLEEPS : Math.min(2 * sleeps + 1, MOST_SLEEPS);
      toSleep = sleeps;
    }
    return paid;
  }

  private boolean look(DaemonState state) {
    for (int look = 0; look < looks; look++) {
      if (state.isCalledOrOver()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return state.isCalledOrOver();
  }

  private static boolean spinOn(DaemonState state) {
    while (!state.isCalledOrOver()) {
      Thread.onSpinWait();
    }
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // asked for: Waiting.YIELD
  private static boolean yieldOn(DaemonState state) {
    while (!state.isCalledOrOver()) {
      Thread.yield();
    }
    return true;
  }
}
