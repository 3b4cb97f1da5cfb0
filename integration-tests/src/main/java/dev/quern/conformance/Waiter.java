// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A call on a thread of its own that has to wait, and is seen to wait before the test goes on. */
record Waiter<T extends @Nullable Object>(Thread thread, FutureTask<T> call) {

  /** Returns once the thread is parked; fails if the call ends instead. */
  static <T extends @Nullable Object> Waiter<T> start(Scene scene, Callable<T> code) {
    FutureTask<T> call = new FutureTask<>(code);
    Thread thread = scene.thread(call::run);
    Waiter<T> waiter = new Waiter<>(thread, call);
    Await.until(
        "the call waits",
        () -> {
          if (call.isDone()) {
            throw new AssertionError("the call ended where it had to wait: " + waiter.outcome());
          }
          return waiter.waits();
        });
    return waiter;
  }

  /** The same for a call that returns nothing. */
  static Waiter<@Nullable Void> start(Scene scene, Waits code) {
    return start(
        scene,
        () -> {
          code.run();
          return null;
        });
  }

  /** A call without a result. */
  interface Waits {
    void run() throws Exception;
  }

  boolean waits() {
    Thread.State state = thread.getState();
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  T result() throws Exception {
    return Await.result(call);
  }

  Throwable thrown() throws Exception {
    return Await.thrown(call);
  }

  private String outcome() {
    try {
      return "it returned " + call.get();
    } catch (Exception e) {
      return "it threw " + e;
    }
  }
}
