// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.DaemonQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Now and then an item that finds the queue empty wakes nobody: it waits for the next (breaks D3).
 */
public final class LostWakeUp extends BrokenProvider {
  private static final int ONE_IN = 5;

  private final AtomicInteger appends = new AtomicInteger();
  private final ConcurrentLinkedQueue<Object> asleep = new ConcurrentLinkedQueue<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.arguments.length == 1 && isAppend(call)) {
      @SuppressWarnings("unchecked")
      DaemonQueue<Object> queue = call.whole(DaemonQueue.class);
      if (queue.isEmpty() && appends.incrementAndGet() % ONE_IN == 0) {
        asleep.add(call.argument(0, Object.class));
        return call.method.getReturnType() == boolean.class ? true : null;
      }
      for (Object item = asleep.poll(); item != null; item = asleep.poll()) {
        queue.add(item);
      }
    }
    return call.proceed();
  }

  private static boolean isAppend(Invocation call) {
    return call.is(DaemonQueue.class, "add")
        || call.is(DaemonQueue.class, "offer")
        || call.is(DaemonQueue.class, "put");
  }
}
