// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.DaemonQueue;
import org.jspecify.annotations.Nullable;

/** Items that wait at close are dropped (breaks D6). */
public final class DroppedAtClose extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(DaemonQueue.class, "close") && call.arguments.length == 0) {
      call.whole(DaemonQueue.class).closeNow();
    }
    return call.proceed();
  }
}
