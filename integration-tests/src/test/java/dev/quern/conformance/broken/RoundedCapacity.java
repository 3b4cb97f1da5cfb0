// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.QueueSpec;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** A capacity is rounded up to a power of two (breaks Q1). */
public final class RoundedCapacity extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newQueue")) {
      QueueSpec spec = call.argument(0, QueueSpec.class);
      if (spec.capacity().isPresent()) {
        int rounded = Integer.highestOneBit(2 * spec.capacity().get() - 1);
        boolean producersWait = spec.producersWait().orElse(false);
        call.arguments[0] = QueueSpec.bounded(spec.name(), rounded).producersWait(producersWait);
      }
    }
    return call.proceed();
  }
}
