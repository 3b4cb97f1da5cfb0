// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Submission;
import dev.quern.Work;
import org.jspecify.annotations.Nullable;

/** Of coalesced submissions the last one's context counts (breaks G21). */
public final class LastContext extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Work.class, "submit") && call.whole(Work.class).isPending()) {
      call.whole(Work.class).cancel();
      call.proceed();
      return Submission.COALESCED;
    }
    return call.proceed();
  }
}
