// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Action;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** The non-empty signal is given twice (breaks Q11). */
public final class DoubleSignal extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newQueue") && call.arguments[1] != null) {
      Action signal = call.argument(1, Action.class);
      Action twice =
          () -> {
            signal.run();
            signal.run();
          };
      call.arguments[1] = twice;
    }
    return call.proceed();
  }
}
