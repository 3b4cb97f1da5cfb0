// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * Carries the context of whoever submits something over to its run: what a logging library, a
 * tracer or a {@code ScopedValue} knows by the thread. Written by users, given to {@link
 * OpenOptions#contextHook}. Without one nothing is wrapped. Rule G21.
 *
 * <pre>{@code
 * run -> {
 *   Map<String, String> context = MDC.getCopyOfContextMap(); // of who submits
 *   return () -> {
 *     Map<String, String> before = MDC.getCopyOfContextMap(); // of the thread
 *     MDC.setContextMap(context);
 *     try {
 *       run.run();
 *     } finally {
 *       MDC.setContextMap(before);
 *     }
 *   };
 * }
 * }</pre>
 */
@FunctionalInterface
public interface ContextHook {
  /**
   * Looks at the caller's context. Returns what is run in place of {@code run}: it calls that once,
   * on the thread that it is run on, and leaves that thread's own context as it was, for a task
   * context's runner is a thread that some caller lent.
   *
   * <p>Called on the submitting thread, with no lock of ours held, for each item handed to a daemon
   * queue, each submission of a job or a work item, and each dispatch or call that does not run at
   * once on its caller; also for one that then turns out to be coalesced, refused or late, of which
   * the result is dropped. Of coalesced submissions the first one's context counts, and a run that
   * is moved keeps it. What this method throws goes to the submitter, and nothing is accepted; null
   * is a NullPointerException. What the returned action throws is the run's failure (rule G5).
   */
  Action capture(Action run);
}
