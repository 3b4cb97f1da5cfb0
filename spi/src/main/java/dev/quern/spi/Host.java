// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.ContextHook;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.ThreadPoolSpec;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime lends a provider. Every method may be called by any thread; none runs user code
 * unless it says so.
 */
public interface Host {
  /**
   * Makes and starts a daemon thread from the one factory (rule G13): no inherited thread-locals,
   * {@code loader} as context class loader.
   *
   * @param priority {@link ThreadPoolSpec#NO_PRIORITY} for the normal one
   * @throws CannotStartThreadException if the factory throws or returns null, or the thread does
   *     not start
   */
  Thread startThread(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException;

  /**
   * The clock, on {@link System#nanoTime()}'s scale (rule G18). It never parks: whoever asks may
   * have been woken already, and is about to park.
   */
  long nanoTime();

  /**
   * As {@link #nanoTime()}, but of a moment ago: a fraction of a second, more only on a machine
   * that is overloaded. It costs no clock read, and is for what is only shown to people (rule R8).
   */
  default long recentNanoTime() {
    return nanoTime();
  }

  /** Blocks and wakes the provider's waiting threads. */
  default Parker parker() {
    return Parker.LOCK_SUPPORT;
  }

  /**
   * Who wants to be told of waits without limit ({@code quern.wait-cycles}), or null for nobody.
   * The answer never changes.
   */
  default @Nullable WaitWatch waitWatch() {
    return null;
  }

  /**
   * An alarm on the runtime's one timer thread.
   *
   * @param expire called on that thread with the time now; fires what is due and returns the next
   *     deadline, or {@link Long#MAX_VALUE} for none. It must not run user code.
   */
  Alarm newAlarm(LongUnaryOperator expire);

  /** Whether the costlier misuse checks are on ({@code quern.checks}). */
  boolean checks();

  /**
   * Reports what user code threw: calls the failure handler, on this thread, with rules G5 and G16
   * kept. Hold no lock. Never throws.
   */
  void failed(Kind kind, String primitive, @Nullable String item, Throwable cause);

  /** Logs under the runtime's logger. Never throws. */
  void log(System.Logger.Level level, String message, @Nullable Throwable cause);

  /**
   * A pool for a primitive that names one, or for null the runtime's own. It counts as a handle
   * until {@link Pool#close()}, or until neither it nor a job made through it is reachable.
   *
   * @throws IllegalStateException if it has to be created and its threads cannot be
   */
  Pool lendPool(@Nullable String name);

  /**
   * Wraps what users submit (rule G21), or null: then nothing is wrapped. The same each time, so a
   * primitive asks once. Not for what primitives do among themselves: see {@link OwnCode}.
   */
  default @Nullable ContextHook contextHook() {
    return null;
  }

  /** Makes a child of {@code target}: settles its spec and name, then calls the provider back. */
  <C> DaemonQueue<C> newChild(Target target, DaemonQueueSpec spec, Handler<? super C> handler);

  /** Makes the views of primitives for code written for {@code java.util.concurrent}. */
  Views views();

  /** A primitive's close has finished: its name is free again, the runtime forgets it. */
  void ended(Managed primitive);
}
