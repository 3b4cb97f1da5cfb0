// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Family;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a context has beside its word: its kind, its contended side once there is one, and what is
 * shown of its runs, which the owner alone writes and the word orders. In the context itself, not
 * beside it: an object of its own cost every dispatch, and memory as soon as a context was used.
 */
abstract class ContextRuns extends ContextWord {
  private static final VarHandle TURNS =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "turns", VarHandle.class, ContextRuns.class, ContextTurns.class);

  final ContextKind kind;
  private volatile @Nullable ContextTurns turns;
  private long completed; // owner; read after the word
  private @Nullable String item; // owner: that of the last run; a label keeps nothing alive
  private long since; // owner, when the run began
  private @Nullable Thread runner; // owner, if it is virtual: others are found by their number

  ContextRuns(ContextKind kind) {
    this.kind = kind;
  }

  // ---- The contended side

  /** Null as long as nobody needed it. */
  final @Nullable ContextTurns turnsOrNull() {
    return turns;
  }

  /** The contended side, which is this one if there was none. */
  final ContextTurns turnsOr(ContextTurns fresh) {
    ContextTurns other = (ContextTurns) TURNS.compareAndExchange(this, null, fresh);
    return other == null ? fresh : other;
  }

  // ---- The owner's

  final void show(Thread thread) {
    if (ThreadIds.isVirtual(thread)) {
      runner = thread;
    }
  }

  final void hide() {
    if (runner != null) {
      runner = null;
    }
  }

  /** For who inspects, in a race: no clock read, and a store less where one item runs again. */
  @SuppressWarnings("ReferenceEquality") // another label of equal text is only a store more
  final void begins(@Nullable String label) {
    since = kind.host.recentNanoTime();
    if (item != label) {
      item = label;
    }
  }

  /** A run has ended. */
  final void ends() {
    completed++;
  }

  // ---- Who looks

  final long completed() {
    return completed;
  }

  /** The item's name, or the context's. */
  final String shown() {
    return Objects.requireNonNullElse(item, kind.name());
  }

  /** The run of that owner, or none. */
  final List<Family.Running> running(long owner) {
    Thread thread = owner == 0 ? null : runner(owner);
    if (thread == null) {
      return List.of();
    }
    Instant began = Instant.now().minusNanos(kind.host.nanoTime() - since);
    return List.of(new Family.Running(shown(), began, thread.getName()));
  }

  /** The thread of that owner; null if it is gone. */
  final @Nullable Thread runner(long owner) {
    Thread virtual = runner;
    boolean same = virtual != null && ContextWord.asOwner(virtual) == owner;
    return same ? virtual : ThreadIds.platformThread(ContextWord.threadId(owner));
  }
}
