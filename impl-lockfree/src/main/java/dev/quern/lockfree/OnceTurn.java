// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import org.jspecify.annotations.Nullable;

/** The turn of an action that was dispatched without a task. */
final class OnceTurn extends Turn implements Turn.Run {
  private final Action once;
  private final Action run;

  OnceTurn(Action once) {
    this(once, once);
  }

  /**
   * @param run what a context hook made of {@code once}
   */
  OnceTurn(Action once, Action run) {
    this.once = once;
    this.run = run;
  }

  @Override
  boolean counts() {
    return true;
  }

  @Override
  Run begin() {
    return this;
  }

  @Override
  public void run() throws Exception {
    run.run();
  }

  @Override
  public boolean end(boolean ok) {
    return ok;
  }

  @Override
  void drop() {}

  @Override
  boolean isDead() {
    return false;
  }

  @Override
  public @Nullable String item() {
    return null;
  }

  @Override
  public Object code() {
    return once;
  }
}
