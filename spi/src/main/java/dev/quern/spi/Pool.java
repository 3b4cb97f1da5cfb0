// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Action;
import dev.quern.Job;
import java.util.function.Consumer;

/** A handle of a shared pool, lent to a primitive. */
public interface Pool {
  /**
   * A job of that pool, made as {@link OwnCode}. Closing it is the borrower's affair, before {@link
   * #close()}.
   */
  Job newJob(String name, Action body);

  /** Whether the calling thread is the only worker that this pool may have (rule G6). */
  boolean holdsCaller();

  /** Whether the pool has its threads bear the names of what they run (rule P8). */
  boolean threadNames();

  /** Whether a thread of the pool serves one run only (rule P18): a job runs one piece of work. */
  boolean clearsThreadLocals();

  /**
   * Has the borrower told when an error broke the pool, so that its jobs will not run (rule G17):
   * once, by the thread that found it, or at once. Not after {@link #close()}.
   */
  void whenBroken(Consumer<Throwable> listener);

  /**
   * Gives the handle back. After the last one the pool ends by itself. Never waits: jobs of others
   * may run there yet, and whoever closes the borrower may have a limit.
   */
  void close();
}
