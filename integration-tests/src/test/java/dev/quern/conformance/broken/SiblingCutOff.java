// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.DaemonQueue;
import dev.quern.spi.Primitives;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Closing a nested queue that is pending on its target leaves its siblings behind (breaks D8). */
public final class SiblingCutOff extends BrokenProvider {
  private final Map<Object, List<DaemonQueue<?>>> families = new ConcurrentHashMap<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer;
    if (call.is(DaemonQueue.class, "close") && call.whole(DaemonQueue.class).size() > 0) {
      DaemonQueue<?> closing = call.whole(DaemonQueue.class);
      for (List<DaemonQueue<?>> family : families.values()) {
        if (family.contains(closing)) {
          family.stream().filter(sibling -> sibling != closing).forEach(DaemonQueue::pause);
        }
      }
    }
    answer = call.proceed();
    if (call.is(Primitives.class, "newDaemonQueue") && call.arguments[2] != null) {
      families
          .computeIfAbsent(call.arguments[2], target -> new CopyOnWriteArrayList<>())
          .add((DaemonQueue<?>) Objects.requireNonNull(answer));
    }
    return answer;
  }
}
