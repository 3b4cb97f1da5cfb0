// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.DaemonQueue;
import dev.quern.Handler;
import dev.quern.spi.Primitives;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An item that comes while the handler runs wakes nobody: it waits for the next (breaks D3). */
public final class LostWakeUp extends BrokenProvider {
  private final AtomicInteger handling = new AtomicInteger();
  private final ConcurrentLinkedQueue<Object> forgotten = new ConcurrentLinkedQueue<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(Primitives.class, "newDaemonQueue")) {
      @SuppressWarnings("unchecked")
      Handler<Object> handler = call.argument(1, Handler.class);
      call.arguments[1] = Handler.of(item -> handle(handler, item), handler::batchEnd);
    } else if (call.arguments.length == 1 && isAppend(call)) {
      if (handling.get() > 0) {
        forgotten.add(call.argument(0, Object.class));
        return call.method.getReturnType() == boolean.class ? true : null;
      }
      @SuppressWarnings("unchecked")
      DaemonQueue<Object> queue = call.whole(DaemonQueue.class);
      for (Object item = forgotten.poll(); item != null; item = forgotten.poll()) {
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

  private void handle(Handler<Object> handler, Object item) throws Exception {
    handling.incrementAndGet();
    try {
      handler.handle(item);
    } finally {
      handling.decrementAndGet();
    }
  }
}
