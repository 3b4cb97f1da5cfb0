// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the context hook made of the submissions of one job or task, from before a submission's step
 * until its run begins or is taken away (rule G21). There is none where there is no hook.
 *
 * <pre>
 *   who                                  does
 *   a submitter, before its step         enter, under the number that its run would have
 *   the same, after it                   won, if the step made that run pending; else lost
 *   who begins the run                   take: waits for the one that has won, clears the number
 *   who takes the run away               drop: clears the number
 * </pre>
 *
 * <p>A run's number is its stamp in the word of job or task, and never used twice. So of those who
 * enter under one number, one step at most succeeds, and the run finds what just that submission
 * captured: not that of one who coalesced, nor of a run taken back before.
 *
 * <p>Nothing is kept for long: the winner entered before its step, so whoever ends the run's being
 * pending, by a later step, finds it here; who enters a number after that loses, and goes himself.
 *
 * <p>Ordering: all changes are compare-and-sets of {@code top} in volatile mode; {@code won} is
 * volatile. Progress: entering, won, lost and drop are lock-free, so submissions and cancels stay
 * it. take waits for a submitter between its step and won: in between he neither throws, nor
 * allocates, nor calls user code.
 */
final class CapturedRuns {
  private static final VarHandle TOP =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "top", VarHandle.class, CapturedRuns.class, Cell.class);

  /** One submission. */
  static final class Entry {
    private final long number;
    private final Action run;
    private volatile boolean won;

    private Entry(long number, Action run) {
      this.number = number;
      this.run = run;
    }
  }

  /** The list is never changed, only replaced: most often it holds one entry, or none. */
  private record Cell(Entry entry, @Nullable Cell next) {}

  private final ContextHook hook;
  private final Parker parker;
  private volatile @Nullable Cell top;
  private @Nullable Action begun; // the runner's, of a task

  CapturedRuns(ContextHook hook, Parker parker) {
    this.hook = hook;
    this.parker = parker;
  }

  /** The submitter, first of all. User code: may throw. */
  Action capture(Action code) {
    return UserCode.captured(hook, code);
  }

  /** Before the step; {@link #won} or {@link #lost} has to follow. */
  Entry enter(long number, Action run) {
    Entry entry = new Entry(number, run);
    while (true) {
      Cell old = top;
      if (TOP.compareAndSet(this, old, new Cell(entry, old))) {
        return entry;
      }
    }
  }

  void won(Entry entry) {
    entry.won = true;
  }

  void lost(Entry entry) {
    while (true) {
      Cell old = top;
      if (TOP.compareAndSet(this, old, without(old, entry))) {
        return;
      }
    }
  }

  /** Who began the run of that number. */
  Action take(long number) {
    for (int looks = 0; ; looks++) {
      for (Cell cell = top; cell != null; cell = cell.next) {
        if (cell.entry.number == number && cell.entry.won) {
          drop(number);
          return cell.entry.run;
        }
      }
      pause(looks);
    }
  }

  /** As take, for who asks by {@link #begun} when it comes to the run. */
  void begin(long number) {
    begun = take(number);
  }

  /** What {@link #begin} took, once; null if there is none. */
  @Nullable Action begun() {
    Action taken = begun;
    begun = null;
    return taken;
  }

  /** Who took the run of that number away. */
  void drop(long number) {
    while (true) {
      Cell old = top;
      if (TOP.compareAndSet(this, old, without(old, number))) {
        return;
      }
    }
  }

  private static @Nullable Cell without(@Nullable Cell list, Entry entry) {
    if (list == null) {
      return null;
    }
    return list.entry == entry ? list.next : with(list, without(list.next, entry));
  }

  private static @Nullable Cell without(@Nullable Cell list, long number) {
    if (list == null) {
      return null;
    }
    Cell rest = without(list.next, number);
    return list.entry.number == number ? rest : with(list, rest);
  }

  @SuppressWarnings("ReferenceEquality") // the very cell: a list of equal ones is another list
  private static Cell with(Cell list, @Nullable Cell rest) {
    return rest == list.next ? list : new Cell(list.entry, rest);
  }

  private void pause(int looks) {
    if (looks < 100) {
      Thread.onSpinWait();
    } else if (looks < 1_000) {
      Thread.yield();
    } else {
      parker.parkNanos(this, 50_000);
    }
  }

  /** For tests. */
  boolean isEmpty() {
    return top == null;
  }
}
