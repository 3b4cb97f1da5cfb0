// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Work;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A delayed item comes before its time (breaks W4). */
public final class EarlyTimer extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Work.class, "schedule")) {
      call.arguments[0] = call.argument(0, Duration.class).dividedBy(2);
    }
    return call.proceed();
  }
}
