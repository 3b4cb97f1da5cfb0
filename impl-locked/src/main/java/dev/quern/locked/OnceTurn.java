// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import org.jspecify.annotations.Nullable;

/** The turn of an action that was dispatched without a task. */
final class OnceTurn extends ContextTurn {
  private final Action once;

  OnceTurn(Action once) {
    this.once = once;
  }

  @Override
  @Nullable String item() {
    return null;
  }

  @Override
  Object code() {
    return once;
  }

  @Override
  public void run() throws Exception {
    once.run();
  }
}
