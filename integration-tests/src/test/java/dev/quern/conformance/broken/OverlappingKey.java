// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Cancellation;
import dev.quern.KeyHandler;
import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueue;
import dev.quern.Submission;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A key that is submitted while it runs runs beside itself (breaks W17). */
public final class OverlappingKey extends BrokenProvider {
  private final Map<Object, KeyHandler<Object>> handlers = new ConcurrentHashMap<>();

  private record Beside(Object key) implements KeyRun<Object> {
    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public boolean isCancelling() {
      return false;
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.method.getName().equals("newKeyedWorkQueue")) {
      Object queue = Objects.requireNonNull(call.proceed());
      handlers.put(queue, (KeyHandler<Object>) call.argument(1, KeyHandler.class));
      return queue;
    }
    if (call.is(KeyedWorkQueue.class, "submit")) {
      KeyedWorkQueue<Object> queue = call.whole(KeyedWorkQueue.class);
      Object key = call.argument(0, Object.class);
      if (key != null && queue.cancel(key) == Cancellation.RUNNING) {
        runBeside(handlers.getOrDefault(queue, run -> null), key);
        return Submission.QUEUED;
      }
    }
    return call.proceed();
  }

  private static void runBeside(KeyHandler<Object> handler, Object key) {
    Thread thread =
        new Thread(
            () -> {
              try {
                handler.handle(new Beside(key));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
