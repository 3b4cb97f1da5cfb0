// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Queue;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Taking an item out of the middle loses the first one, too (breaks Q15). */
public final class RemovesTwo extends BrokenProvider {
  private final Map<Object, Object> views = new ConcurrentHashMap<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    if (!call.is(Queue.class, "asBlockingQueue")) {
      return answer;
    }
    BlockingQueue<?> whole = (BlockingQueue<?>) Objects.requireNonNull(answer);
    return views.computeIfAbsent(
        whole,
        any ->
            proxy(
                (proxy, method, arguments) -> {
                  Object said = asIs(whole, method, arguments);
                  if (method.getName().equals("remove") && Boolean.TRUE.equals(said)) {
                    whole.poll();
                  }
                  return said;
                },
                BlockingQueue.class));
  }
}
