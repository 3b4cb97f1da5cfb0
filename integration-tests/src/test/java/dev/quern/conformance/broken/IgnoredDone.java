// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Job;
import org.jspecify.annotations.Nullable;

/** done() does nothing (breaks P5). */
public final class IgnoredDone extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    return call.is(Job.class, "done") ? null : call.proceed();
  }
}
