// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.WorkQueue;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The resume of a second pause resumes nothing: what is queued stays where it is (breaks W25). */
public final class LostResume extends BrokenProvider {
  private final Map<Object, Integer> pauses = new ConcurrentHashMap<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    if (call.is(WorkQueue.class, "pause") || call.is(WorkQueue.class, "pauseAndWait")) {
      pauses.merge(call.whole(WorkQueue.class), 1, Integer::sum);
    } else if (call.is(WorkQueue.class, "resume")) {
      int left = pauses.merge(call.whole(WorkQueue.class), -1, Integer::sum);
      if (left == 1) {
        pauses.merge(call.whole(WorkQueue.class), 1, Integer::sum);
        call.whole(WorkQueue.class).pause();
      }
    }
    return answer;
  }
}
