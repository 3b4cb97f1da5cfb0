// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.TaskContext;

/** A thread of the test that is inside a context, in a task that ends when the test says so. */
final class Runner {
  private final Gate gate = new Gate();
  private final Async<Boolean> dispatch;

  /** Returns when the thread is inside. */
  Runner(Scene scene, TaskContext context) throws InterruptedException {
    dispatch =
        scene.async(
            () -> {
              context.dispatch(gate::pass);
              return true;
            });
    gate.awaitReached();
  }

  Thread thread() {
    return dispatch.thread();
  }

  /** Lets the task end; returns when the thread's dispatch has returned. */
  void leave() {
    gate.open();
    dispatch.result();
  }

  /** Lets the task end, and waits for nothing. */
  void go() {
    gate.open();
  }

  /** Returns when the thread's dispatch has returned. */
  void awaitReturn() {
    dispatch.result();
  }
}
