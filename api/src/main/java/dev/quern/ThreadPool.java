// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A handle of a pool that is shared by name. Jobs made once are run on its workers, as often as
 * they are submitted. After NetBSD's threadpool(9). Implemented by providers only.
 *
 * <p>A submitted job goes to an idle worker, the most recently idle first; else the overseer starts
 * one, up to {@code maxThreads}. Workers that idle for {@code idleLimit} end (rules P3, P9, P13). A
 * machine short of threads makes jobs late, not lost (rule P10).
 *
 * <p>{@code close()} closes the jobs made through this handle. The last handle of a pool lets
 * scheduled jobs run, ends every worker and the overseer, and returns when they have ended (rule
 * P1).
 */
public interface ThreadPool extends Primitive {
  /**
   * Makes a job. Any thread; never waits.
   *
   * @param name a label, not blank, up to 200 characters. Rules P3, G14.
   */
  Job newJob(String name, Action body);

  /**
   * As {@link #newJob(String, Action)}, for a body that needs the job itself. Any thread; never
   * waits. Rule P3.
   */
  Job newJob(String name, Body<Job> body);

  /**
   * Makes a job with an interlock, which submit, cancel, cancelAndWait and done require to be held,
   * so that a body can decide to end under the same lock under which others decide to submit. Any
   * thread; never waits. Rules P4, P5.
   */
  Job newJob(String name, ReentrantLock interlock, Body<Job> body);

  /**
   * A view of the pool as an {@link ExecutorService}, a new one each time, independent of others.
   * Any thread; never waits. Each task is a job of this handle, named after the task's class, and
   * what happened before its submission is visible to it.
   *
   * <p>{@code shutdown} and {@code shutdownNow} end the view, never the pool: the latter interrupts
   * those tasks only that came through this view. Closing this handle shuts the view down. From
   * either on, and when the pool refuses, a task is rejected with {@link
   * java.util.concurrent.RejectedExecutionException}, whose cause is what the pool threw, if it
   * did. What a task passed to {@code execute} throws goes to the failure handler (rule G5), what
   * one passed to {@code submit} throws to its future. A task that is cancelled before it began
   * leaves the pool at once.
   *
   * @throws ClosedException if this handle is closed. Rules P14, P1, G2, G13.
   */
  ExecutorService asExecutorService();

  /**
   * Makes a limited view of this pool: at most {@code maxActive} of its jobs run at once, on the
   * workers of this pool, of which it occupies no more than that. The view holds a handle of the
   * pool by itself, so it may outlive this one. Any thread; never waits.
   *
   * @throws MisuseException on a view, or if there is a live view of that name
   * @throws ClosedException if this handle is closed. Rule P17.
   */
  PoolView newView(PoolViewSpec spec);
}
