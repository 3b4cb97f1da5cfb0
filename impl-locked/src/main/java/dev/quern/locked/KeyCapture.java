// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.ContextHook;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a context hook made of one submission of a key (rule G21). It is asked before the run is
 * known, and its answer serves that run and its retries, so what is called is put in by the lane.
 */
final class KeyCapture {
  private final Action wrapped;
  private @Nullable Action call; // of the lane that runs it

  /** The submitter, first of all. User code: may throw. */
  KeyCapture(ContextHook hook) {
    this.wrapped = Objects.requireNonNull(UserCode.captured(hook, this::callHandler));
  }

  private void callHandler() throws Exception {
    Objects.requireNonNull(call, "no run is going on").run();
  }

  /** The lane: calls the handler as the hook's action does. */
  void run(Action handlerCall) throws Exception {
    call = handlerCall;
    try {
      wrapped.run();
    } finally {
      call = null;
    }
  }
}
