// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Action;
import dev.quern.Job;

/** A handle of a shared pool, lent to a primitive. */
public interface Pool {
  /**
   * A job of that pool, made as {@link OwnCode}. Closing it is the borrower's affair, before {@link
   * #close()}.
   */
  Job newJob(String name, Action body);

  /** Whether the calling thread is the only worker that this pool may have (rule G6). */
  boolean holdsCaller();

  /**
   * Gives the handle back. After the last one the pool ends by itself. Never waits: jobs of others
   * may run there yet, and whoever closes the borrower may have a limit.
   */
  void close();
}
