// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.PoolViewSpec;
import dev.quern.spi.Pool;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** A view runs one job more at once than it may (breaks P17). */
public final class OverfullView extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newPoolView")) {
      PoolViewSpec spec = call.argument(0, PoolViewSpec.class);
      return call.whole(Primitives.class)
          .newPoolView(
              spec.maxActive(spec.maxActive().orElseThrow() + 1), call.argument(1, Pool.class));
    }
    return call.proceed();
  }
}
