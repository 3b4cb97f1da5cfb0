// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Submission;
import dev.quern.Work;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An item that submits itself comes back after cancelAndWait (breaks W7). */
public final class SurvivesCancel extends BrokenProvider {
  private final Set<Object> comingBack = ConcurrentHashMap.newKeySet();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    if (call.is(Work.class, "submit") && answer == Submission.REFUSED) {
      comingBack.add(call.whole(Work.class));
      return Submission.QUEUED;
    }
    if (call.is(Work.class, "cancelAndWait") && comingBack.remove(call.whole(Work.class))) {
      call.whole(Work.class).submit();
    }
    return answer;
  }
}
