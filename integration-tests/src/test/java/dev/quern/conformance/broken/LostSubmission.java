// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Job;
import dev.quern.Submission;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One submission in twenty is accepted and forgotten (breaks P3, and with it P14). */
public final class LostSubmission extends BrokenProvider {
  private final AtomicInteger submissions = new AtomicInteger();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Job.class, "submit") && submissions.incrementAndGet() % 20 == 0) {
      return Submission.QUEUED;
    }
    return call.proceed();
  }
}
