// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.WorkQueueSpec;
import dev.quern.spi.Primitives;
import org.jspecify.annotations.Nullable;

/** Keeps no times though that was switched on (breaks R8). */
public final class Untimed extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newWorkQueue")) {
      call.arguments[0] = ((WorkQueueSpec) call.arguments[0]).timing(false);
    }
    return call.proceed();
  }
}
