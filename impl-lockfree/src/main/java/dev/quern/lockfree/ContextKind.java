// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.ContextHook;
import dev.quern.TaskContextSpec;
import dev.quern.spi.Host;
import org.jspecify.annotations.Nullable;

/** What contexts of one runtime and one spec share. There may be a million of them. */
final class ContextKind {
  final Host host;
  final TaskContextSpec spec;
  final @Nullable ContextHook hook; // asked only where nothing runs at once
  private volatile @Nullable ContextTurns ended;

  ContextKind(Host host, TaskContextSpec spec) {
    this.host = host;
    this.spec = spec;
    this.hook = host.contextHook();
  }

  String name() {
    return spec.name();
  }

  /**
   * The contended side of a context that has ended: one stands for all that ended without ever
   * having had one. It takes nothing, waits for nothing, and is never left again.
   */
  ContextTurns ended() {
    ContextTurns known = ended;
    if (known == null) {
      known = new LockfreeTaskContext(this).turns().ended();
      ended = known; // if others made one meanwhile, theirs is as good
    }
    return known;
  }
}
