// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.WorkQueue;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A fixed rate is a fixed delay: what was late stays late (breaks W19). */
public final class RateWithoutCatchingUp extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    if (!call.is(WorkQueue.class, "asScheduledExecutorService")) {
      return answer;
    }
    ScheduledExecutorService whole = (ScheduledExecutorService) Objects.requireNonNull(answer);
    return proxy(
        (proxy, method, arguments) ->
            method.getName().equals("scheduleAtFixedRate")
                ? whole.scheduleWithFixedDelay(
                    (Runnable) Objects.requireNonNull(arguments)[0],
                    (Long) arguments[1],
                    (Long) arguments[2],
                    (TimeUnit) arguments[3])
                : asIs(whole, method, arguments),
        ScheduledExecutorService.class);
  }
}
