// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

/**
 * How a consumer that is as fast as its producers lets them get ahead: it lingers for about a
 * microsecond before it looks for what was appended, but no longer than that has paid lately. Each
 * look takes the line of the word away from who is about to append, so one for each item costs both
 * sides many times what the item does; one for a hundred costs nothing.
 *
 * <p>Only a consumer that has just taken something lingers, so what finds a waiting consumer is
 * taken at once. Where little comes meanwhile, because the producers are slow, do not run, or are
 * the consumer itself, the lingering halves, to nothing; then it is tried again, each time after
 * twice as many chances as before. Used by the consumer alone.
 */
final class Gathering {
  private static final int FEWEST_SPINS = 2;
  private static final int MOST_SPINS = 32; // of 30 to 100 ns
  private static final int FEW = 8; // no stream: then each would have waited for the next
  private static final int MANY = 32; // more a look would gain little
  private static final int MOST_SKIPPED = 4096;

  private int spins = FEWEST_SPINS;
  private int skipped; // how many chances to let pass after it did not pay
  private int toSkip; // of those, how many are left

  /** Consumer, after it took something, and all that it had seen: whether there is more. */
  boolean more(Buffer<?> buffer) {
    if (toSkip > 0) {
      toSkip--;
      return buffer.lookAhead() > 0;
    }
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
    long found = buffer.lookAhead();
    if (found < FEW) {
      waste();
    } else {
      skipped = 0;
      if (found < MANY) {
        spins = Math.min(2 * spins, MOST_SPINS);
      }
    }
    return found > 0;
  }

  private void waste() {
    if (spins > FEWEST_SPINS) {
      spins /= 2;
    } else {
      skipped = Math.min(2 * skipped + 1, MOST_SKIPPED);
      toSkip = skipped;
    }
  }
}
