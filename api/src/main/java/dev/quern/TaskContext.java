// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time without a thread of its own: on the caller, at once, when nobody is
 * inside; else the thread that is inside, the runner, runs them, first in, first out. After
 * OpenBSD's taskctx. Implemented by providers only.
 *
 * <p>A runner that has run {@code maxInline} tasks beyond the one it came with, or for {@code
 * maxInlineTime}, hands the rest to a pool (rule T9). One task happens-before the next, whichever
 * threads they are on (rule G3), so state that only tasks touch needs no lock.
 *
 * <p>{@code close()} refuses new tasks from its start, those dispatched inside the context
 * included, then is a barrier (rule T12).
 */
public interface TaskContext extends Primitive {
  /**
   * Runs the code here and now if nobody is inside, else leaves it to the runner; from inside the
   * context it is queued behind the others. Any thread; waits for nobody. What the code throws goes
   * to the failure handler, never to the caller.
   *
   * @param once a new task each time. Rules T2, T3, T4, T5, T6, T11.
   */
  void dispatch(Action once);

  /**
   * Makes a task, to be dispatched any number of times. Any thread; never waits.
   *
   * @param name a label, not blank, up to 200 characters. Rules T8, G14.
   */
  Task newTask(String name, Action body);

  /**
   * As {@link #newTask(String, Action)}, for a body that needs the task itself. Any thread; never
   * waits. Rule T8.
   */
  Task newTask(String name, Body<Task> body);

  /**
   * Runs the code inside, when its turn comes, and returns what it returns or throws what it
   * throws.
   *
   * @throws X as the code throws it
   * @throws InterruptedException if interrupted while waiting: code that had not begun will not;
   *     code that had ends unobserved
   * @throws MisuseException from inside the context. Rules T10, G4, G6.
   */
  <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code)
      throws X, InterruptedException;

  /**
   * As {@link #call(Call)}, waiting no longer than the limit.
   *
   * @throws X as the code throws it
   * @throws InterruptedException as {@link #call(Call)}
   * @throws TimeoutException when the limit passed: code that had not begun will not; code that had
   *     ends unobserved. Rules T10, G4.
   */
  <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code, Duration limit)
      throws X, InterruptedException, TimeoutException;

  /**
   * Waits until all that was dispatched before has finished; returns at once when idle.
   *
   * @throws InterruptedException if interrupted while waiting
   * @throws MisuseException from inside the context. Rules T7, G3, G6.
   */
  void barrier() throws InterruptedException;

  /**
   * As {@link #barrier()}, waiting no longer than the limit.
   *
   * @return false when the limit passed, and for no other reason
   * @throws InterruptedException if interrupted while waiting. Rules T7, G4.
   */
  boolean barrier(Duration limit) throws InterruptedException;
}
