// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Submission;
import dev.quern.Work;
import org.jspecify.annotations.Nullable;

/** A submission is coalesced into a run that has begun, and so never seen (breaks G2). */
public final class UnseenCoalesced extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Work.class, "submit") && call.whole(Work.class).isBusy()) {
      return Submission.COALESCED;
    }
    return call.proceed();
  }
}
