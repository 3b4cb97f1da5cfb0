// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Family;
import dev.quern.spi.Host;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a context has from its first use on: its contended side, once there is one, and what is
 * shown of its runs. Written by the owner alone, and ordered by the context's word.
 */
final class ContextRuns {
  private static final VarHandle TURNS =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "turns", VarHandle.class, ContextRuns.class, ContextTurns.class);

  final ContextKind kind;
  final Host host; // the kind's: one look less in each dispatch
  private volatile @Nullable ContextTurns turns;
  private long completed; // owner; read after the word
  private @Nullable String item; // owner: that of the last run; a label keeps nothing alive
  private long since; // owner, when the run began
  private @Nullable Thread runner; // owner, if it is virtual: others are found by their number

  ContextRuns(ContextKind kind) {
    this.kind = kind;
    this.host = kind.host;
  }

  // ---- The contended side

  /** Null as long as nobody needed it. */
  @Nullable ContextTurns turns() {
    return turns;
  }

  /** The contended side, which is this one if there was none. */
  ContextTurns turns(ContextTurns fresh) {
    ContextTurns other = (ContextTurns) TURNS.compareAndExchange(this, null, fresh);
    return other == null ? fresh : other;
  }

  // ---- The owner's

  void show(Thread thread) {
    if (ThreadIds.isVirtual(thread)) {
      runner = thread;
    }
  }

  void hide() {
    if (runner != null) {
      runner = null;
    }
  }

  /** For who inspects, in a race: no clock read, and a store less where one item runs again. */
  @SuppressWarnings("ReferenceEquality") // another label of equal text is only a store more
  void begins(@Nullable String label) {
    since = host.recentNanoTime();
    if (item != label) {
      item = label;
    }
  }

  /** A run has ended. */
  void ends() {
    completed++;
  }

  // ---- Who looks

  long completed() {
    return completed;
  }

  /** The item's name, or the context's. */
  String item() {
    return Objects.requireNonNullElse(item, kind.name());
  }

  /** The run of that owner, or none. */
  List<Family.Running> running(long owner) {
    Thread thread = owner == 0 ? null : runner(owner);
    if (thread == null) {
      return List.of();
    }
    Instant began = Instant.now().minusNanos(host.nanoTime() - since);
    return List.of(new Family.Running(item(), began, thread.getName()));
  }

  /** The thread of that owner; null if it is gone. */
  @Nullable Thread runner(long owner) {
    Thread virtual = runner;
    boolean same = virtual != null && ContextWord.asOwner(virtual) == owner;
    return same ? virtual : ThreadIds.platformThread(ContextWord.threadId(owner));
  }
}
