// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.spi.Managed;
import org.jspecify.annotations.Nullable;

/** Does not say how many runs may go on at once, so none seems to stand behind others (G20). */
public final class BoundNotTold extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    return call.is(Managed.class, "maxRuns") ? Integer.valueOf(0) : call.proceed();
  }
}
