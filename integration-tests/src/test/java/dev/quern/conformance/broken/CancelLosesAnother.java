// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.ThreadPool;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Cancelling a job takes the next one out of the line too (breaks P6). */
public final class CancelLosesAnother extends BrokenProvider {
  private final List<Job> jobs = new CopyOnWriteArrayList<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    if (call.is(ThreadPool.class, "newJob") && call.arguments.length == 2) {
      jobs.add((Job) Objects.requireNonNull(answer));
    }
    if (call.is(Job.class, "cancel") && answer == Cancellation.REMOVED) {
      for (Job job : jobs) {
        if (job != call.whole(Job.class) && job.cancel() == Cancellation.REMOVED) {
          break;
        }
      }
    }
    return answer;
  }
}
