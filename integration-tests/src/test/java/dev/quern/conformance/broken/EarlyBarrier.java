// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.TaskContext;
import org.jspecify.annotations.Nullable;

/** A barrier waits for nothing (breaks T7). */
public final class EarlyBarrier extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(TaskContext.class, "barrier")) {
      return call.arguments.length == 0 ? null : true;
    }
    return call.proceed();
  }
}
