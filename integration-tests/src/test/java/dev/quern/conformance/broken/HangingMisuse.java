// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.MisuseException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Waiting for oneself is no misuse: it hangs (breaks G6). */
public final class HangingMisuse extends BrokenProvider {
  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    try {
      return call.proceed();
    } catch (MisuseException misuse) {
      if (call.method.getName().equals("flush")) {
        new CountDownLatch(1).await();
      }
      throw misuse;
    }
  }
}
