// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often a queue or view was paused and not resumed (rules P17, W25): one word.
 *
 * <pre>
 *   word    pause   resume                end
 *   0       1       misuse                ENDED
 *   n &gt; 0   n + 1   n - 1; at 0: begin    ENDED; begin
 *   ENDED   .       .                     .
 * </pre>
 *
 * <p>No run is left lying: whoever makes one wait then looks here, and has a worker come unless it
 * is paused; whoever ends the last pause then looks at what waits. A worker looks here before it
 * takes anything; one that leaves because of a pause looks once more after it has left. Both sides
 * write, then read what the other writes, in volatile mode, so one of them sees the other (Dekker).
 */
final class Pauses {
  private static final int ENDED = -1;

  private final AtomicInteger word = new AtomicInteger();

  boolean isPaused() {
    return word.get() > 0;
  }

  void pause() {
    word.updateAndGet(old -> old == ENDED ? ENDED : old + 1);
  }

  /** How many pauses there were: with 1 the caller sees to what waits, with 0 it is misuse. */
  int resume() {
    return word.getAndUpdate(old -> old > 0 ? old - 1 : old);
  }

  /** None counts any more. Whether there was one: then the caller sees to what waits. */
  boolean end() {
    return word.getAndSet(ENDED) > 0;
  }
}
