// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.KeyedWorkQueue;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A keyed queue that forgets no key (breaks W17). */
public final class RemembersKeys extends BrokenProvider {
  private final Collection<Object> keys = new ConcurrentLinkedQueue<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    if (call.is(KeyedWorkQueue.class, "submit")) {
      keys.add(call.argument(0, Object.class));
    }
    return call.proceed();
  }
}
