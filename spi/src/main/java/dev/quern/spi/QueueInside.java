// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Queue;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a view of a {@link Queue} needs beside its public face. */
public interface QueueInside<E> {
  /** Whether {@code put} and timed {@code offer} may wait, or never have to (rule Q12). */
  boolean producersMayWait();

  /** All that was queued at one instant of the call, first in first. Consumer; arms nothing. */
  List<E> copy();

  /**
   * Takes out the items at these places, counted from the front; the others keep their order. At no
   * instant does the queue hold more than before. Consumer.
   *
   * @param places as they were in a {@link #copy} since which nothing was taken out or restored
   */
  void remove(BitSet places);

  /**
   * Waits until {@code look} answers true: it is asked at once, then, at the least, after each
   * append that found the non-empty signal armed, and after close. Any number of threads; not a
   * call of the consumer's side, but look may make one, ordered by its maker.
   *
   * @return false when the limit passed
   * @throws InterruptedException if interrupted while waiting
   * @throws dev.quern.MisuseException inside of a sink or {@code onNonEmpty} of this queue
   */
  boolean await(BooleanSupplier look, Duration limit) throws InterruptedException;
}
