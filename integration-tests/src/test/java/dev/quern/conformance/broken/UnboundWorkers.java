// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.spi.Primitives;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs workers as they are, without what would bind them to a CPU (breaks P12). */
public final class UnboundWorkers extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newThreadPool")) {
      call.arguments[1] = UnaryOperator.<Runnable>identity();
    }
    return call.proceed();
  }
}
