// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Queue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Last in, first out (breaks Q3). */
public final class LifoQueue extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (!call.is(Queue.class, "poll")) {
      return call.proceed();
    }
    List<Object> items = new ArrayList<>();
    for (Object item = call.proceed(); item != null; item = call.proceed()) {
      items.add(item);
    }
    Object last = items.isEmpty() ? null : items.remove(items.size() - 1);
    @SuppressWarnings("unchecked")
    Queue<Object> queue = call.whole(Queue.class);
    items.forEach(queue::offer);
    return last;
  }
}
