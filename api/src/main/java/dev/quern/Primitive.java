// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

/**
 * What all primitives have in common: a name, and an end. Implemented by providers only.
 *
 * <p>Any thread may call any method here. See the package's sections on <a
 * href="package-summary.html#memory">memory consistency</a>, <a
 * href="package-summary.html#waits">waits</a> and <a href="package-summary.html#errors">errors</a>,
 * which hold for every method of every primitive.
 */
public interface Primitive extends AutoCloseable {
  /**
   * The name it was made with; its threads, log lines and exceptions carry it. Never waits. Rule
   * G7.
   */
  String name();

  /** Whether a close has begun. Once true it stays true. Never waits. Rule G11. */
  boolean isClosed();

  /**
   * Ends this primitive: from the start of the call submissions throw {@link ClosedException}; what
   * was accepted before is served, as the primitive says in detail; then everything it holds is let
   * go.
   *
   * <p>Waits, and is not interruptible: it finishes, then restores the interrupt flag. A close that
   * finds another one in progress waits for it; closing again does nothing. Runs that it waited for
   * happen-before its return. Closing from inside, or closing what the system owns, is misuse.
   * Rules G4, G6, G11, G19.
   */
  @Override
  void close();

  /**
   * As {@link #close()}, but waits no longer than the limit. What is not finished by then goes on
   * closing.
   *
   * @param limit how long to wait at most; zero or negative: begin closing, take one look
   * @return the names of what was removed or is left unfinished, this primitive's own where its
   *     parts have none; empty when all was done
   * @throws InterruptedException if interrupted while waiting; the closing goes on. Rule G4.
   */
  List<String> close(Duration limit) throws InterruptedException;
}
