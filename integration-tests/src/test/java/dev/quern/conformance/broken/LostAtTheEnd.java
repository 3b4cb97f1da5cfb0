// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.KeyHandler;
import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueue;
import dev.quern.Next;
import dev.quern.Submission;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A submission that comes after a run's handler has ended and before its key is known to be idle is
 * answered and never run (breaks W17).
 */
public final class LostAtTheEnd extends BrokenProvider {
  private final Map<Object, Integer> ends = new ConcurrentHashMap<>();
  private final Set<Object> ending = ConcurrentHashMap.newKeySet();

  @Override
  @SuppressWarnings("unchecked")
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.method.getName().equals("newKeyedWorkQueue")) {
      KeyHandler<Object> handler = call.argument(1, KeyHandler.class);
      call.arguments[1] = (KeyHandler<Object>) run -> handle(handler, run);
      return call.proceed();
    }
    if (call.is(KeyedWorkQueue.class, "submit") && call.arguments[0] != null) {
      return ending.contains(call.argument(0, Object.class)) ? Submission.QUEUED : call.proceed();
    }
    return call.proceed();
  }

  private Next handle(KeyHandler<Object> handler, KeyRun<Object> run) throws Exception {
    try {
      return handler.handle(run);
    } finally {
      if (ends.merge(run.key(), 1, Integer::sum) % 16 == 0) {
        ending.add(run.key());
        Thread.sleep(1); // the window is wide, so that a race hits it
        ending.remove(run.key());
      }
    }
  }
}
