// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An item that is submitted while it runs runs beside itself (breaks W3). */
public final class OverlappingWork extends BrokenProvider {
  private final Map<Object, Body<Work>> bodies = new ConcurrentHashMap<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(WorkQueue.class, "newWork")) {
      Body<Work> body = body(call.argument(1, Object.class));
      Object work = call.proceed();
      bodies.put(Objects.requireNonNull(work), body);
      return work;
    }
    if (call.is(Work.class, "submit")) {
      Work work = call.whole(Work.class);
      if (work.isBusy() && !work.isPending() && !work.isCancelling()) {
        runBeside(work, bodies.getOrDefault(work, self -> {}));
        return Submission.QUEUED;
      }
    }
    return call.proceed();
  }

  @SuppressWarnings("unchecked")
  private static Body<Work> body(Object code) {
    return code instanceof Action action ? self -> action.run() : (Body<Work>) code;
  }

  private static void runBeside(Work work, Body<Work> body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run(work);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
