// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Action;
import dev.quern.Job;

/** A handle of a shared pool, lent to a primitive. */
public interface Pool {
  /** A job of that pool. Closing it is the borrower's affair, before {@link #close()}. */
  Job newJob(String name, Action body);

  /** Whether the calling thread is the only worker that this pool may have (rule G6). */
  boolean holdsCaller();

  /**
   * Gives the handle back. The last one ends the pool: from a thread of the pool itself without
   * waiting for it, else when its workers have ended.
   */
  void close();
}
