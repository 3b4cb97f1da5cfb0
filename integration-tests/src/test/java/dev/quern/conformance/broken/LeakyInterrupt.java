// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Action;
import dev.quern.WorkQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The interrupt flag that an item leaves set is that of the next one (breaks G5). */
public final class LeakyInterrupt extends BrokenProvider {
  private final AtomicBoolean left = new AtomicBoolean();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(WorkQueue.class, "newWork") && call.arguments[1] instanceof Action body) {
      call.arguments[1] =
          (Action)
              () -> {
                if (left.getAndSet(false)) {
                  Thread.currentThread().interrupt();
                }
                try {
                  body.run();
                } finally {
                  left.set(Thread.currentThread().isInterrupted());
                }
              };
    }
    return call.proceed();
  }
}
