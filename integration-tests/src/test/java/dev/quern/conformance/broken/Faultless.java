// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import org.jspecify.annotations.Nullable;

/** No fault: shows that the wrapping changes nothing. */
public final class Faultless extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    return call.proceed();
  }
}
