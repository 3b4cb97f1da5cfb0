// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.Primitive;
import dev.quern.spi.Host;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one door to what the user gave us: nothing that it throws or leaves behind gets past. */
final class UserCode {
  private UserCode() {}

  /** What the hook makes of code that the caller is about to submit (rule G21). */
  static Action captured(ContextHook hook, Action code) {
    return Objects.requireNonNull(hook.capture(code), "the context hook's capture returned null");
  }

  /**
   * Runs it on a thread of the caller's. Returns whether it ended well; else it was reported. What
   * the primitive is called is asked only then: a look before each run is a nanosecond of eight.
   */
  static boolean run(
      Host host, Kind kind, Primitive primitive, @Nullable String item, Action code) {
    try {
      code.run();
      return true;
    } catch (Throwable thrown) {
      host.failed(kind, primitive.name(), item, thrown);
      return false;
    }
  }

  /**
   * Runs it on a thread of ours, which goes in and comes out with the interrupt flag clear and
   * {@code loader} as context class loader (rules G5, G13).
   */
  static boolean runHere(
      Host host,
      Kind kind,
      String primitive,
      @Nullable String item,
      @Nullable ClassLoader loader,
      Action code) {
    clean(loader);
    try {
      code.run();
      return true;
    } catch (Throwable thrown) {
      host.failed(kind, primitive, item, thrown);
      return false;
    } finally {
      clean(loader);
    }
  }

  /** The calling thread as user code is to find it. */
  static void clean(@Nullable ClassLoader loader) {
    Thread thread = Thread.currentThread();
    Thread.interrupted();
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
  }
}
