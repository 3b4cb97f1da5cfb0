// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import org.jspecify.annotations.Nullable;

/** What is closed still seems to take items (breaks G11). */
public final class TakesWhenClosed extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    try {
      return call.proceed();
    } catch (ClosedException closed) {
      if (call.is(DaemonQueue.class, "offer")) {
        return true;
      }
      throw closed;
    }
  }
}
