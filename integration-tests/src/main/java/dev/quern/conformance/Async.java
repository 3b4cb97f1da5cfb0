// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Code on a thread of the test, whose outcome the test asks for. */
public final class Async<T extends @Nullable Object> extends FutureTask<T> {
  private final Scene scene;
  private final Thread thread;

  Async(Scene scene, Callable<T> code, String name) {
    super(code);
    this.scene = scene;
    this.thread = new Thread(this, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** The thread that runs the code. */
  public Thread thread() {
    return thread;
  }

  /** Returns once the code waits for something, see {@link Scene#awaitWaiting}. */
  public Async<T> awaitWaiting() {
    scene.awaitWaiting(thread);
    return this;
  }

  /** Interrupts the thread; unlike {@code cancel(true)} the outcome can still be asked for. */
  public void interrupt() {
    thread.interrupt();
  }

  /** The result; what the code threw is thrown here as it is. */
  public T result() {
    try {
      return get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw Scene.<RuntimeException>sneak(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(
          "no outcome from " + thread + " at " + Scene.stack(thread.getStackTrace()), e);
    }
  }

  /** What the code threw, or null if it returned. */
  public @Nullable Throwable thrown() {
    try {
      get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(
          "no outcome from " + thread + " at " + Scene.stack(thread.getStackTrace()), e);
    }
  }
}
