// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.spi.Host;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs what the user gave us, on a thread of ours, so that nothing of one run reaches the next
 * (rules G5, G13): no throwable, no interrupt flag, no context class loader.
 */
final class UserCode {
  private UserCode() {}

  /**
   * What the hook makes of code that the caller is about to submit (rule G21); null without a hook.
   * The caller holds no lock.
   */
  static @Nullable Action captured(@Nullable ContextHook hook, Action code) {
    return hook == null
        ? null
        : Objects.requireNonNull(hook.capture(code), "the context hook's capture returned null");
  }

  /**
   * Runs the code; what it throws is reported. Returns whether it ended well. The caller holds no
   * lock.
   */
  static boolean run(Host host, Kind kind, String primitive, @Nullable String item, Action code) {
    try {
      code.run();
      return true;
    } catch (Throwable thrown) {
      host.failed(kind, primitive, item, thrown);
      return false;
    }
  }

  /**
   * As {@link #run}, on one of our own threads: the context loader is {@code owner}'s, the flag is
   * cleared before and after.
   */
  static boolean runOnOurThread(
      Host host, Kind kind, String primitive, @Nullable String item, Object owner, Action code) {
    Thread thread = Thread.currentThread();
    ClassLoader loader = owner.getClass().getClassLoader();
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
    Thread.interrupted(); // one that came between two runs was meant for neither
    try {
      return run(host, kind, primitive, item, code);
    } finally {
      Thread.interrupted(); // G5: never leaks into the next run
      if (thread.getContextClassLoader() != loader) {
        thread.setContextClassLoader(loader);
      }
    }
  }
}
