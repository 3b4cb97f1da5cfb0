// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Task;

/** A task of one context, by construction (rule T8). */
final class LockedTask extends ContextTurn implements Task {
  private final LockedTaskContext context;
  private final String name;
  private final Object code;
  private final Body<Task> body;

  /**
   * @param code what the user passed, for its class loader
   */
  LockedTask(LockedTaskContext context, String name, Object code, Body<Task> body) {
    this.context = context;
    this.name = name;
    this.code = code;
    this.body = body;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Submission dispatch() {
    return context.dispatch(this);
  }

  @Override
  public Cancellation cancel() {
    return context.cancel(this);
  }

  @Override
  String item() {
    return name;
  }

  @Override
  Object code() {
    return code;
  }

  @Override
  public void run() throws Exception {
    body.run(this);
  }

  @Override
  public String toString() {
    return context.describe(this);
  }
}
