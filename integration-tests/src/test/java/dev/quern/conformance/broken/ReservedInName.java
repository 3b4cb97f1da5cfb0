// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.WorkQueueSpec;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** A queue that was promised a reserved worker has none (breaks W14). */
public final class ReservedInName extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newWorkQueue")) {
      WorkQueueSpec spec = call.argument(0, WorkQueueSpec.class);
      return call.whole(Primitives.class).newWorkQueue(spec.reservedWorker(false));
    }
    return call.proceed();
  }
}
