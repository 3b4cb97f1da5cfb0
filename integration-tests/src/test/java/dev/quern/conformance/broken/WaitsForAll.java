// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.Kind;
import dev.quern.spi.Host;
import dev.quern.spi.WaitWatch;
import org.jspecify.annotations.Nullable;

/** Says of each flush of a queue that it needs all runs, also those that began after it (G20). */
public final class WaitsForAll extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    return call.proceed();
  }

  @Override
  @Nullable Object callOfHost(Invocation call) throws Throwable {
    Object answer = call.proceed();
    return call.is(Host.class, "waitWatch") && answer instanceof WaitWatch watch
        ? new Watch(watch)
        : answer;
  }

  private record Watch(WaitWatch whole) implements WaitWatch {
    @Override
    public void begin(Kind kind, String primitive, @Nullable String item, Awaited awaited) {
      whole.begin(kind, primitive, item, item == null ? new All(awaited) : awaited);
    }

    @Override
    public void end() {
      whole.end();
    }
  }

  private record All(WaitWatch.Awaited whole) implements WaitWatch.Awaited {
    @Override
    public boolean isOver() {
      return whole.isOver();
    }

    @Override
    public boolean needs(Object subject) {
      return true;
    }
  }
}
