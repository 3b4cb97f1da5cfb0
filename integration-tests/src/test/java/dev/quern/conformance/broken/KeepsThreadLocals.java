// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** Pools use a worker again though they were to clear thread-locals (breaks P18). */
public final class KeepsThreadLocals extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newThreadPool")) {
      call.arguments[0] = ((ThreadPoolSpec) call.arguments[0]).clearThreadLocals(false);
    }
    return call.proceed();
  }
}
