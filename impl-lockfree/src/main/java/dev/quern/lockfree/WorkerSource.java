// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.CannotStartThreadException;

/**
 * Where a pool's workers come from: threads that its {@link PoolOverseer} starts, or, for a view,
 * jobs of another pool: {@link LentWorkers}.
 */
interface WorkerSource {
  void start() throws CannotStartThreadException;

  // ---- Any thread

  /** Whether the caller is on a thread of the source itself, which is in no worker. */
  boolean isCaller();

  /** How many workers there may be. */
  int maxThreads();

  /** Whether one worker is all that there may be. */
  boolean isExclusive();

  /** Whether the bound allows one more; one that leaves prods by itself. */
  boolean mayStart();

  /** Whether what was prodded for will be looked at. */
  boolean isProdded();

  /** Has somebody look whether a worker is to be started, or the pool has ended. */
  void prod();

  /** Clears the prod, then looks: whether a worker is to be started. */
  boolean looks();

  /** Waits until nothing of it is left. */
  void awaitEnd();

  // ---- A worker

  /** Whether workers leave as soon as they find nothing. */
  boolean isLent();

  /** Whether no worker may take anything. */
  boolean isPaused();

  /** Its last step. */
  void left(Thread worker);

  // ---- Who ends the pool

  /** Waits until the threads of the workers that left have ended. */
  void awaitLast();
}
