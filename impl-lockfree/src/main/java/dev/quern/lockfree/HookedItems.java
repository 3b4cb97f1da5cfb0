// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.Handler;
import dev.quern.spi.Host;
import org.jspecify.annotations.Nullable;

/**
 * The items of a daemon queue with a context hook: in the buffer each stands together with what the
 * hook made of its handler call (rule G21). The buffer does not look at what it keeps.
 */
@SuppressWarnings("unchecked") // in and out of the buffer only through here
final class HookedItems<E> {
  private record Hooked(Object item, Action run) {}

  private final ContextHook hook;
  private final Handler<? super E> handler;

  private HookedItems(ContextHook hook, Handler<? super E> handler) {
    this.hook = hook;
    this.handler = handler;
  }

  /** Null without a hook: then items stand in the buffer as they are. */
  static <E> @Nullable HookedItems<E> of(Host host, Handler<? super E> handler) {
    ContextHook hook = host.contextHook();
    return hook == null ? null : new HookedItems<>(hook, handler);
  }

  /** The producer, before the append. User code: may throw. */
  E hooked(E item) {
    return (E) new Hooked(item, UserCode.captured(hook, () -> handler.handle(item)));
  }

  /** The drainer. */
  Action run(E hooked) {
    return ((Hooked) hooked).run;
  }

  /** For closeNow. */
  E item(E hooked) {
    return (E) ((Hooked) hooked).item;
  }
}
