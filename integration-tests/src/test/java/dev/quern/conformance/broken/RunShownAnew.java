// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.spi.Managed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Each look at a run takes it for another one (breaks W18). */
public final class RunShownAnew extends BrokenProvider {
  private final AtomicLong looks = new AtomicLong();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (!call.is(Managed.class, "runs")) {
      return call.proceed();
    }
    List<Managed.Run> anew = new ArrayList<>();
    for (Managed.Run run : call.whole(Managed.class).runs()) {
      long number = looks.incrementAndGet();
      anew.add(new Managed.Run(run.item(), run.thread(), run.nanos(), number, run.subject()));
    }
    return anew;
  }
}
