// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import org.jspecify.annotations.Nullable;

/** Something that takes a turn inside a task context. */
abstract class ContextTurn implements Action {
  /** In line; cleared just before the turn begins (T5). Guarded by the context's lock. */
  boolean pending;

  /** The number of the dispatch that is pending. Guarded by the context's lock. */
  long place;

  /** What a context hook made of the dispatch that is pending. Guarded by the context's lock. */
  @Nullable Action captured;

  /** The name of the item, if it has one. */
  abstract @Nullable String item();

  /** The user's object, whose class loader is the context loader on a thread of ours. */
  abstract Object code();

  /** The user's code. Without the lock. */
  @Override
  public abstract void run() throws Exception;

  /** What a context hook made of the body. Without the lock. */
  void body(Action wrapped) throws Exception {
    wrapped.run();
  }

  /** Whether the body, though it threw nothing, ended well. */
  boolean endedWell() {
    return true;
  }

  /** The context broke, and the turn will not end. The context's lock is held. */
  void drop() {
    pending = false;
    captured = null;
  }

  /**
   * The body has ended; lets go of who waits for it. The context's lock is held.
   *
   * @return what is to be reported first, since nobody waits for it any more
   */
  @Nullable Throwable settle() {
    return null;
  }
}
